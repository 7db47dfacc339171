import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import {
  AUDITED_ACTS,
  DELIVERY_REASONS,
  EVENT_TYPES,
  IN_SIGHT_LIST,
  REASON_DETAILS,
  STATUSES,
  VIAS,
} from './column-values.ts';

/**
 * The whole model on one page.
 *
 * Two realms, which may be in different databases and never share a batch:
 * - **directory**: what must be found without knowing a family, and what belongs to no family.
 * - **family data**: everything else; each statement names its family.
 *
 * Times are integers: milliseconds since the epoch, UTC. Ids are opaque strings.
 */

/** A time column: milliseconds since the epoch. */
const at = (name: string) => integer(name);
/** A boolean column (0 or 1). */
const flag = (name: string) => integer(name, { mode: 'boolean' });

// ───────────────────────────────────────── directory ─────────────────────────────────────────

/**
 * One row a number, and the authority on it. What belongs to the number (opt-out, carrier block, being
 * unusable) outlives its holder: then `number` is null and the keyed hash alone remains.
 */
export const phoneNumbers = sqliteTable(
  'phone_numbers',
  {
    /** HMAC-SHA256 of the E.164 number, keyed with PHONE_SECRET; base64url. */
    numberHash: text('number_hash').primaryKey(),
    /** E.164, only while somebody holds it. */
    number: text('number'),
    userId: text('user_id'),
    familyId: text('family_id'),
    verifiedAt: at('verified_at'),
    /** The person opted out, by text, on the web or through the host. Cleared by START or an explicit opt-in. */
    optedOutAt: at('opted_out_at'),
    /** The carrier blocks (STOP by keyword, 21610). Cleared by START alone. */
    carrierOptedOutAt: at('carrier_opted_out_at'),
    unusableAt: at('unusable_at'),
    /** Receipts that said "unknown handset" (30005); the second one makes the number unusable. */
    strikes: integer('strikes').notNull().default(0),
    /** When its holder last proved to have it: verified it, or signed in with it. */
    confirmedAt: at('confirmed_at'),
    /** Until when a family member's vouching counts as the second factor that a doubtful number needs. */
    vouchedUntil: at('vouched_until'),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [uniqueIndex('phone_numbers_number').on(t.number), index('phone_numbers_holder').on(t.userId)],
);

/**
 * The outbox of changes in the directory that a family's rows have to follow: written in the batch that makes the change, applied
 * at once, and by the sweep when that failed. A row goes when it is done; what it may hold of a person goes too.
 */
export const familyUpdates = sqliteTable(
  'family_updates',
  {
    /** The order of the directory's changes; a person's rows take them in this order, each once. */
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    familyId: text('family_id').notNull(),
    userId: text('user_id').notNull(),
    /** A `Change` of numbers/changes.ts, as JSON. */
    change: text('change').notNull(),
    createdAt: at('created_at').notNull(),
    /** When somebody last set out to send the confirmation text of this update. */
    claimedAt: at('claimed_at'),
    /** When the person's rows had followed; what is left then is a follow-up: sockets, a confirmation text. */
    appliedAt: at('applied_at'),
    /** When the sweep last tried; what failed goes behind what was not tried since. */
    triedAt: at('tried_at'),
    /** 0: it ends texts to the person (an opt-out, a number lost, a deletion), and goes before all others; else 1. */
    rank: integer('rank').generatedAlwaysAs(
      sql`case when change ->> '$.action' = 'opt_out' or change ->> '$.kind' in ('number_lost', 'deleted', 'unusable') then 0 else 1 end`,
      { mode: 'virtual' },
    ),
  },
  (t) => [
    index('family_updates_user').on(t.userId, t.seq),
    index('family_updates_family').on(t.familyId).where(sql`applied_at is null`),
    index('family_updates_owed').on(t.rank, t.triedAt).where(sql`applied_at is null`),
    index('family_updates_following').on(t.triedAt).where(sql`applied_at is not null`),
  ],
);

/** One live one-time code a subject: a person proving a number, or one sign-in that was started with a number. */
export const verificationCodes = sqliteTable(
  'verification_codes',
  {
    /** `verify:<user id>` or `login:<number hash>:<hash of the handle>`. */
    subject: text('subject').primaryKey(),
    purpose: text('purpose', { enum: ['verify', 'login'] }).notNull(),
    userId: text('user_id'),
    /** The pending number, E.164, encrypted under PHONE_SECRET; it lives here alone until it is confirmed. */
    sealedNumber: text('sealed_number').notNull(),
    numberHash: text('number_hash').notNull(),
    /** HMAC-SHA256 over subject, number and code, keyed with MAGIC_SECRET. */
    codeHash: text('code_hash').notNull(),
    attemptsLeft: integer('attempts_left').notNull(),
    expiresAt: at('expires_at').notNull(),
    createdAt: at('created_at').notNull(),
    /** Good for once; whoever used it and lost the answer gets that answer again within a minute. */
    usedAt: at('used_at'),
    /** The id of the session that it became; of a number that was verified: `consent` or `no_consent`. */
    usedFor: text('used_for'),
  },
  (t) => [
    index('verification_codes_expiry').on(t.expiresAt),
    index('verification_codes_user').on(t.userId),
    index('verification_codes_number').on(t.numberHash),
  ],
);

/** Limits that span families. One conditional upsert each. */
export const rateCounters = sqliteTable(
  'rate_counters',
  {
    key: text('key').notNull(),
    /** Start of the window. */
    windowAt: at('window_at').notNull(),
    count: integer('count').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.key, t.windowAt] }), index('rate_counters_expiry').on(t.expiresAt)],
);

/** Inbound texts, each taken once: what opted in or out stays, the rest is forgotten in time. No words are kept. */
export const inboundTexts = sqliteTable(
  'inbound_texts',
  {
    messageSid: text('message_sid').primaryKey(),
    numberHash: text('number_hash').notNull(),
    keyword: text('keyword').notNull(),
    receivedAt: at('received_at').notNull(),
    /** Null until the effect has been committed: a repeat then does it again instead of dropping it. */
    doneAt: at('done_at'),
    /** The TwiML that answered, so that a repeated delivery gets the same answer. */
    reply: text('reply'),
  },
  (t) => [
    index('inbound_texts_number').on(t.numberHash, t.receivedAt),
    index('inbound_texts_age').on(t.keyword, t.receivedAt),
  ],
);

/** Queue messages that failed every attempt. */
export const deadLetters = sqliteTable(
  'dead_letters',
  {
    deliveryId: text('delivery_id').primaryKey(),
    familyId: text('family_id').notNull(),
    count: integer('count').notNull(),
    firstAt: at('first_at').notNull(),
    lastAt: at('last_at').notNull(),
    resolvedAt: at('resolved_at'),
  },
  (t) => [index('dead_letters_open').on(t.resolvedAt, t.lastAt)],
);

/** What an operator should know. Repeats of one kind within an hour count up instead of piling up. */
export const alerts = sqliteTable(
  'alerts',
  {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    /** Start of the hour. */
    hourAt: at('hour_at').notNull(),
    message: text('message').notNull(),
    count: integer('count').notNull(),
    firstAt: at('first_at').notNull(),
    lastAt: at('last_at').notNull(),
    /** When an operator said that they know; repeats of the same trouble take it over, and are not posted. */
    acknowledgedAt: at('acknowledged_at'),
    /** A person's id, or the service's key. */
    acknowledgedBy: text('acknowledged_by'),
  },
  (t) => [uniqueIndex('alerts_kind_hour').on(t.kind, t.hourAt), index('alerts_recent').on(t.lastAt)],
);

/** What operators did and whom they looked at; append-only, deleted after its retention time. */
export const auditLog = sqliteTable(
  'audit_log',
  {
    id: text('id').primaryKey(),
    at: at('at').notNull(),
    /** The operator's user id, or the service: `key:ID`, `token:SUBJECT`. */
    actor: text('actor').notNull(),
    act: text('act', { enum: AUDITED_ACTS }).notNull(),
    /** The id of what it was about: a person, an alert, a delivery, the scope of a pause. Null: nothing was found. */
    subject: text('subject'),
  },
  (t) => [index('audit_log_recent').on(t.at)],
);

/** When each periodic job last ran. */
export const heartbeats = sqliteTable('heartbeats', {
  /** `sweep`. */
  name: text('name').primaryKey(),
  at: at('at').notNull(),
  /** How long it took, ms. */
  tookMs: integer('took_ms').notNull(),
});

/** How texted links were opened, a day: counts only, nothing personal. */
export const linkOpens = sqliteTable(
  'link_opens',
  {
    /** ISO date, UTC. */
    day: text('day').notNull(),
    device: text('device').notNull(),
    outcome: text('outcome').notNull(),
    count: integer('count').notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.device, t.outcome] })],
);

/** Keys of the service API (`fcs_sk_…`); only their hashes are kept. */
export const serviceKeys = sqliteTable('service_keys', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  /** SHA-256 of the key, base64url. */
  keyHash: text('key_hash').notNull().unique(),
  /** A JSON array of scopes. */
  scopes: text('scopes', { mode: 'json' }).$type<string[]>().notNull(),
  createdAt: at('created_at').notNull(),
  /** Null: it does not end by itself. */
  expiresAt: at('expires_at'),
  lastUsedAt: at('last_used_at'),
});

// Which store holds which family. A *store address* is text, so that other kinds than D1 can follow: `d1:3` is the
// binding FAMILY_DB_3, `d1:main` the directory's own database.

/** Ranges of slots → store; see `stores/slots.ts`. No row: every slot is in `d1:main`. */
export const slots = sqliteTable('slots', {
  first: integer('first').primaryKey(),
  /** Inclusive. */
  last: integer('last').notNull(),
  store: text('store').notNull(),
});

/** Families that live elsewhere than their slot says: moved ones. */
export const homes = sqliteTable('homes', {
  familyId: text('family_id').primaryKey(),
  store: text('store').notNull(),
});

/** Moves of families between stores: where each stands, so that whoever finds it goes on. */
export const moves = sqliteTable(
  'moves',
  {
    id: text('id').primaryKey(),
    familyId: text('family_id').notNull(),
    source: text('source').notNull(),
    target: text('target').notNull(),
    state: text('state', {
      enum: ['draining', 'copying', 'flipped', 'cancelling', 'done', 'cancelled'],
    }).notNull(),
    startedAt: at('started_at').notNull(),
    /** When the state was reached. */
    steppedAt: at('stepped_at').notNull(),
    /** When the sweep must go on with it; null once it is over. */
    wakeAt: at('wake_at'),
    /** Why it was cancelled, or what the last try met. */
    problem: text('problem'),
  },
  (t) => [
    uniqueIndex('moves_open').on(t.familyId).where(sql`wake_at is not null`),
    index('moves_wake').on(t.wakeAt).where(sql`wake_at is not null`),
    index('moves_started').on(t.startedAt),
  ],
);

/**
 * Moves of ranges of slots between stores. `closing`: the range takes no new family, until every isolate knows it; `given`: it
 * is the target's, and its families are exceptions in `homes`, until every isolate knows that; `moving`: they move.
 */
export const slotMoves = sqliteTable(
  'slot_moves',
  {
    id: text('id').primaryKey(),
    first: integer('first').notNull(),
    /** Inclusive. */
    last: integer('last').notNull(),
    source: text('source').notNull(),
    target: text('target').notNull(),
    state: text('state', { enum: ['closing', 'given', 'moving', 'done'] }).notNull(),
    /** How many of its families were still at the source when it was last looked at. */
    familiesLeft: integer('families_left').notNull(),
    startedAt: at('started_at').notNull(),
    /** When the state was reached. */
    steppedAt: at('stepped_at').notNull(),
    /** When it goes on; null once it is over. */
    wakeAt: at('wake_at'),
    /** What the last try met. */
    problem: text('problem'),
  },
  (t) => [index('slot_moves_wake').on(t.wakeAt).where(sql`wake_at is not null`)],
);

/**
 * Families whose presence the host reports: a person who is missing in its next list no longer counts as present by
 * it.
 */
export const hostPresence = sqliteTable(
  'host_presence',
  {
    familyId: text('family_id').primaryKey(),
    until: at('until').notNull(),
  },
  (t) => [index('host_presence_until').on(t.until)],
);

/** What operators have paused: nothing of that scope is texted until then. */
export const pauses = sqliteTable('pauses', {
  /** `service`, `family:ID`, `country:CC` or `kind:code`. */
  scope: text('scope').primaryKey(),
  /** Null: until it is taken away. */
  until: at('until'),
  reason: text('reason').notNull(),
  since: at('since').notNull(),
});

/**
 * Which family a person is of: makes ids of persons unique over all stores, and finds them without a family. A claim is
 * made before the person's row; one without a row may be taken over after a minute.
 */
export const people = sqliteTable(
  'people',
  {
    id: text('id').primaryKey(),
    familyId: text('family_id').notNull(),
    claimedAt: at('claimed_at').notNull(),
  },
  (t) => [index('people_family').on(t.familyId)],
);

/** The same for threads. */
export const threadIds = sqliteTable(
  'thread_ids',
  {
    id: text('id').primaryKey(),
    familyId: text('family_id').notNull(),
    claimedAt: at('claimed_at').notNull(),
  },
  (t) => [index('thread_ids_family').on(t.familyId)],
);

// ──────────────────────────────────────── family data ────────────────────────────────────────

/**
 * What a store must refuse for a family that moves; triggers on every table of family data hold it (migration
 * `fences`). At the source `draining` (no text is claimed), `frozen`, `moved`; at the target `clearing` (of what an
 * earlier stay left), `incoming`, `open`. Nobody writes but in `draining` and `open`; `copying` exists only inside a
 * batch of the mover. A state is never left but for the next one of the same move, or for one of a later move, so that
 * whatever a mover that is late still does comes to nothing.
 */
export const fences = sqliteTable(
  'fences',
  {
    familyId: text('family_id').primaryKey(),
    moveId: text('move_id').notNull().default(''),
    state: text('state', {
      enum: ['clearing', 'incoming', 'open', 'copying', 'draining', 'frozen', 'moved'],
    }).notNull(),
    since: at('since').notNull(),
  },
  (t) => [index('fences_state').on(t.state, t.since)],
);

/** A family, as the host application mirrors it. `timeZone`: an IANA name; null: not known. */
export const families = sqliteTable('families', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  timeZone: text('time_zone'),
  createdAt: at('created_at').notNull(),
});

/** A person. A deleted one stays as a bare id, so that what they wrote keeps an author. */
export const users = sqliteTable(
  'users',
  {
    id: text('id').primaryKey(),
    familyId: text('family_id')
      .notNull()
      .references(() => families.id),
    name: text('name').notNull(),
    /** E.164; follows `phone_numbers`. */
    phone: text('phone'),
    phoneVerifiedAt: at('phone_verified_at'),
    phoneUnusableAt: at('phone_unusable_at'),
    timeZone: text('time_zone'),
    lastSeenAt: at('last_seen_at'),
    /** How many messages they posted in the minute and the day (UTC) that begin then, and threads and changes in that day. */
    postsMinuteAt: at('posts_minute_at').notNull().default(0),
    postsMinute: integer('posts_minute').notNull().default(0),
    postsDayAt: at('posts_day_at').notNull().default(0),
    postsDay: integer('posts_day').notNull().default(0),
    threadsDayAt: at('threads_day_at').notNull().default(0),
    threadsDay: integer('threads_day').notNull().default(0),
    changesDayAt: at('changes_day_at').notNull().default(0),
    changesDay: integer('changes_day').notNull().default(0),
    /** `seq` of the last of the directory's updates that these rows have followed. */
    appliedUpdate: integer('applied_update').notNull().default(0),
    createdAt: at('created_at').notNull(),
    deletedAt: at('deleted_at'),
  },
  (t) => [
    uniqueIndex('users_phone').on(t.phone),
    index('users_family').on(t.familyId, t.id),
    // Operators find a person by how the name begins.
    index('users_name').on(sql`name collate nocase`).where(sql`deleted_at is null`),
  ],
);

/** What a person wishes, one row each; a person without a row has the defaults. What the number forbids stands here too. */
export const notificationPreferences = sqliteTable('notification_preferences', {
  userId: text('user_id')
    .primaryKey()
    .references(() => users.id),
  familyId: text('family_id').notNull(),
  smsEnabled: flag('sms_enabled').notNull().default(false),
  urgentAllowed: flag('urgent_allowed').notNull().default(true),
  /** Minutes of the local day, both or neither. */
  quietStart: integer('quiet_start'),
  quietEnd: integer('quiet_end'),
  quietDelivery: text('quiet_delivery', { enum: ['defer', 'drop'] })
    .notNull()
    .default('defer'),
  preview: text('preview', { enum: ['full', 'sender', 'none'] })
    .notNull()
    .default('full'),
  consentAt: at('consent_at'),
  consentVersion: text('consent_version'),
  /** Follows the number's opt-out in the directory; null: never said stop. */
  optedOutAt: at('opted_out_at'),
  carrierOptedOutAt: at('carrier_opted_out_at'),
  /** Counts every change; the ETag. */
  revision: integer('revision').notNull().default(1),
});

/** The ledger of consent: append-only. Written by consent/updates/ alone. */
export const consentEvents = sqliteTable(
  'consent_events',
  {
    id: text('id').primaryKey(),
    familyId: text('family_id').notNull(),
    userId: text('user_id').notNull(),
    /** The number it was about, as the keyed hash: outlives the account as proof. */
    numberHash: text('number_hash'),
    action: text('action', { enum: ['opt_in', 'opt_out'] }).notNull(),
    source: text('source', {
      enum: ['web', 'api', 'keyword', 'carrier', 'import', 'host', 'number_moved', 'number_removed'],
    }).notNull(),
    version: text('version'),
    /** For an import: where the host application says that the consent was given. */
    origin: text('origin'),
    clientAddress: text('client_address'),
    userAgent: text('user_agent'),
    at: at('at').notNull(),
  },
  (t) => [
    index('consent_events_user').on(t.userId, t.at),
    // The ledger outlives its people, and moves with what is left of the family.
    index('consent_events_family').on(t.familyId),
  ],
);

/** Browser and app sessions. The signed token names its family, so no directory is needed to find one. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    familyId: text('family_id').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    /** `web` (cookie) or `app` (bearer). */
    kind: text('kind', { enum: ['web', 'app'] }).notNull(),
    userAgent: text('user_agent'),
    createdAt: at('created_at').notNull(),
    lastUsedAt: at('last_used_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    revokedAt: at('revoked_at'),
  },
  (t) => [index('sessions_user').on(t.userId, t.lastUsedAt), index('sessions_expiry').on(t.expiresAt)],
);

/** Every link to a thread that was handed out: texted codes and magic tokens. */
export const links = sqliteTable(
  'links',
  {
    /** SHA-256 of the code, or of a magic token's `jti`; base64url. */
    codeHash: text('code_hash').primaryKey(),
    kind: text('kind', { enum: ['text', 'magic'] }).notNull(),
    familyId: text('family_id').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    /** Null: a test text, which leads to the list of threads. No foreign key: it would need an index. */
    threadId: text('thread_id'),
    deliveryId: text('delivery_id'),
    loginUntil: at('login_until').notNull(),
    expiresAt: at('expires_at').notNull(),
    /** When it signed someone in: once, by code or by token. */
    consumedAt: at('consumed_at'),
    /** The session it became: makes repeating a consumption that met a passing fault harmless. */
    sessionId: text('session_id'),
    /** SHA-256 of the nonce of the page, or the app, that consumed it: its own repeat gets its session again. */
    consumedBy: text('consumed_by'),
    openedAt: at('opened_at'),
    handedOverAt: at('handed_over_at'),
    createdAt: at('created_at').notNull(),
  },
  (t) => [index('links_user').on(t.userId, t.createdAt), index('links_expiry').on(t.expiresAt)],
);

/** A conversation. */
export const threads = sqliteTable(
  'threads',
  {
    id: text('id').primaryKey(),
    familyId: text('family_id')
      .notNull()
      .references(() => families.id),
    title: text('title').notNull(),
    /** Seq of the newest message; 0 when there is none. */
    lastSeq: integer('last_seq').notNull().default(0),
    lastActivityAt: at('last_activity_at').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [index('threads_family').on(t.familyId, t.lastActivityAt)],
);

/** Who is in a thread, how far they have read it, and whether they want to hear of it. */
export const threadMembers = sqliteTable(
  'thread_members',
  {
    threadId: text('thread_id')
      .notNull()
      .references(() => threads.id),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    familyId: text('family_id').notNull(),
    lastReadSeq: integer('last_read_seq').notNull().default(0),
    /** Muted until then; `FOREVER` for good; null: not muted. */
    mutedUntil: at('muted_until'),
    joinedAt: at('joined_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.threadId, t.userId] }),
    index('thread_members_user').on(t.userId, t.threadId),
  ],
);

/** What was said. Its author may edit it and take it back; its place (`seq`) stays. */
export const messages = sqliteTable(
  'messages',
  {
    id: text('id').primaryKey(),
    familyId: text('family_id').notNull(),
    threadId: text('thread_id')
      .notNull()
      .references(() => threads.id),
    /** Gapless in its thread, from 1. */
    seq: integer('seq').notNull(),
    authorId: text('author_id')
      .notNull()
      .references(() => users.id),
    body: text('body').notNull(),
    /** JSON array of strings. */
    fileIds: text('file_ids').notNull().default('[]'),
    urgent: flag('urgent').notNull().default(false),
    via: text('via', { enum: VIAS }).notNull().default('app'),
    /** Idempotency-Key, and a digest of what was asked with it. */
    clientKey: text('client_key'),
    clientDigest: text('client_digest'),
    createdAt: at('created_at').notNull(),
    /** The last edit. */
    editedAt: at('edited_at'),
    /** Taken back: `body` and `fileIds` are empty since. */
    deletedAt: at('deleted_at'),
  },
  (t) => [
    uniqueIndex('messages_thread_seq').on(t.threadId, t.seq),
    uniqueIndex('messages_client_key').on(t.authorId, t.clientKey),
    index('messages_urgent').on(t.authorId, t.urgent, t.createdAt),
    // Searches go back in time through a family's messages.
    index('messages_family').on(t.familyId, t.createdAt, t.id),
  ],
);

/** Texts from phones that might belong to several threads: kept for a day, until their author has chosen. */
export const heldReplies = sqliteTable(
  'held_replies',
  {
    messageSid: text('message_sid').primaryKey(),
    familyId: text('family_id').notNull(),
    userId: text('user_id').notNull(),
    /** Emptied once it is posted. */
    body: text('body').notNull(),
    /** JSON array of the thread ids to choose from, in the order of the question. */
    choices: text('choices').notNull(),
    /** The text that chose, and what: a repeat of it then does the rest. */
    chosenBy: text('chosen_by'),
    threadId: text('thread_id'),
    receivedAt: at('received_at').notNull(),
  },
  (t) => [index('held_replies_user').on(t.userId, t.receivedAt), index('held_replies_age').on(t.receivedAt)],
);

/** One row a message and every other member: outbox, lock and log in one. */
export const smsDeliveryLog = sqliteTable(
  'sms_delivery_log',
  {
    /** `dlv_` + ULID (the message's) + `_` + random: sorts by time. */
    id: text('id').primaryKey(),
    familyId: text('family_id').notNull(),
    kind: text('kind', { enum: ['message', 'test'] }).notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    /** No foreign key: checking it would need an index of its own. */
    threadId: text('thread_id'),
    messageId: text('message_id').references(() => messages.id),
    seq: integer('seq'),
    urgent: flag('urgent').notNull().default(false),
    status: text('status', { enum: STATUSES }).notNull(),
    reason: text('reason', { enum: DELIVERY_REASONS }),
    /** Which share of a day, or which window, the reason speaks of; null: the whole of it. */
    reasonDetail: text('reason_detail', { enum: REASON_DETAILS }),
    /** The provider's refusal: its code as text. */
    error: text('error'),
    /** When a deferred row is due. */
    dueAt: at('due_at'),
    /** When the sweep must look at this row if nobody else did; null once the row is final. */
    wakeAt: at('wake_at'),
    /** Since when it should have left: its wait for a reason was over then. Null: since it was written. */
    readyAt: at('ready_at'),
    attempts: integer('attempts').notNull().default(0),
    /** Counts edits and retractions that the text would have to tell of; a claim holds only for the one it was decided at. */
    revision: integer('revision').notNull().default(0),
    /** The token of the consumer that holds the claim. */
    claim: text('claim'),
    claimedAt: at('claimed_at'),
    /** When the first of the claims was taken whose texts were concluded absent; null: none, or the text was found. */
    doubtSince: at('doubt_since'),
    /** How often the carrier's list was asked after the lease and did not know the text. */
    absences: integer('absences').notNull().default(0),
    /** The number this text went to; kept for looking it up at the carrier. */
    phone: text('phone'),
    /** The newest message that the text covers. */
    coversSeq: integer('covers_seq'),
    providerSid: text('provider_sid'),
    /** SIDs, with a space after each, of earlier texts that did not arrive and were, or are, sent again. */
    endedSids: text('ended_sids'),
    segments: integer('segments'),
    /**
     * The channel on which it went, as its receipts say: `sms`, `rcs`; and from which number, code or agent. Null:
     * not told yet.
     */
    channel: text('channel'),
    sender: text('sender'),
    mergedInto: text('merged_into'),
    createdAt: at('created_at').notNull(),
    sentAt: at('sent_at'),
    deliveredAt: at('delivered_at'),
  },
  (t) => [
    uniqueIndex('deliveries_message_user').on(t.messageId, t.userId),
    index('deliveries_user').on(t.userId, t.id),
    index('deliveries_family').on(t.familyId, t.id),
    index('deliveries_wake').on(t.wakeAt).where(sql`wake_at is not null`),
    index('deliveries_waiting').on(t.userId, t.threadId, t.status, t.seq),
    // Few rows: those whose number is not erased yet.
    index('deliveries_numbered').on(t.createdAt).where(sql`phone is not null`),
    // Few rows: what is under way, and what went wrong.
    index('deliveries_in_sight')
      .on(t.status, t.id)
      .where(sql`status in ${sql.raw(IN_SIGHT_LIST)}`),
  ],
);

// ──────────────────────────────── what a store keeps for itself ────────────────────────────────

/**
 * Facts for the host application, in the order in which this store committed them. Written by triggers (migration
 * `events`). They stay where the fact was made: a family that moves leaves its events behind.
 */
export const events = sqliteTable(
  'events',
  {
    /** A store commits one change after another, so the order of numbers is that of commits. The newest row is never deleted, so no number comes twice. */
    seq: integer('seq').primaryKey(),
    /** Random; with `seq` it makes the event's id. */
    nonce: text('nonce').notNull(),
    familyId: text('family_id').notNull(),
    type: text('type', { enum: EVENT_TYPES }).notNull(),
    /** The id of what it is about; the rest is read when the event is sent or shown. */
    subject: text('subject').notNull(),
    at: at('at').notNull(),
  },
  (t) => [index('events_family').on(t.familyId)],
);

// Counters, written by triggers (dev/count-triggers.ts) in the statement that changes a delivery's state, so that no figure
// of operators reads the log. They count what happened in this store: a family that moves leaves them behind.

/**
 * Deliveries by the hour in which they were written (UTC): each counts once, under the state that it is in. A delivery that
 * is deleted when final stays counted.
 */
export const deliveryCounts = sqliteTable(
  'delivery_counts',
  {
    hourAt: at('hour_at').notNull(),
    kind: text('kind').notNull(),
    /** A status; `open` is `pending` or `sending`, so that a claim writes no counter. */
    status: text('status').notNull(),
    /** Empty: none. */
    reason: text('reason').notNull(),
    error: text('error').notNull(),
    count: integer('count').notNull(),
    segments: integer('segments').notNull(),
    /** When the first and the last of them came to it: the time of the claim, or of the row itself. */
    firstAt: at('first_at').notNull(),
    lastAt: at('last_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hourAt, t.kind, t.status, t.reason, t.error] })],
);

/** What came of the tries to send, by the minute of the claim. */
export const carrierTries = sqliteTable(
  'carrier_tries',
  {
    minuteAt: at('minute_at').notNull(),
    /** `send`: the carrier's answer to the request; `receipt`: what a receipt said later, where it was no good news. */
    step: text('step', { enum: ['send', 'receipt'] }).notNull(),
    /** Empty: accepted. `no_answer`: the text was looked up, and was not there. */
    code: text('code').notNull(),
    count: integer('count').notNull(),
  },
  (t) => [primaryKey({ columns: [t.minuteAt, t.step, t.code] })],
);

/** How long deliveries took from being written to being sent, by the hour in which they were written. */
export const sendingTimes = sqliteTable(
  'sending_times',
  {
    hourAt: at('hour_at').notNull(),
    /** They took at most so long, ms; one of `SENDING_STEPS_MS`. */
    atMost: integer('at_most').notNull(),
    count: integer('count').notNull(),
  },
  (t) => [primaryKey({ columns: [t.hourAt, t.atMost] })],
);

/** How far the rounds of retention have come: they go through a table by pages, and begin again at its end. */
export const retentionRounds = sqliteTable('retention_rounds', {
  /** `log`, `messages` or `words`. */
  name: text('name').primaryKey(),
  /** The last id that was looked at. */
  position: text('position').notNull(),
});

/** Texts whose words the carrier has not deleted yet: it is asked again later. */
export const wordsLeft = sqliteTable(
  'words_left',
  {
    /** The carrier's SID of the text. */
    sid: text('sid').primaryKey(),
    attempts: integer('attempts').notNull(),
    nextAt: at('next_at').notNull(),
  },
  (t) => [index('words_left_next').on(t.nextAt)],
);

/** How far a store's events were handed to the receiver: one row, `id` 1. */
export const eventCursors = sqliteTable('event_cursors', {
  id: integer('id').primaryKey(),
  /** Every event up to it was handed over, or belongs to a family in the backlog. */
  seq: integer('seq').notNull(),
  /** The token of the process that pushes, and until when its lease lasts. */
  lease: text('lease'),
  leaseUntil: at('lease_until').notNull().default(0),
  lastSuccessAt: at('last_success_at'),
  lastFailureAt: at('last_failure_at'),
  lastError: text('last_error'),
  /** Failures since the last success. */
  failures: integer('failures').notNull().default(0),
  /** The receiver said 410: the hash of the address that did; another address starts again. */
  goneReceiver: text('gone_receiver'),
});

/**
 * Where the events of a family that moved here begin: its events in the other store are handed over before these. A
 * row a move, written before the family can write here, and kept as long as events are: who lists events goes by it
 * too.
 */
export const eventBarriers = sqliteTable(
  'event_barriers',
  {
    moveId: text('move_id').primaryKey(),
    familyId: text('family_id').notNull(),
    /** The first event here that waits. */
    fromSeq: integer('from_seq').notNull(),
    /** The store that the family left, and its newest event then. */
    behindStore: text('behind_store').notNull(),
    behindSeq: integer('behind_seq').notNull(),
    /** When all of that had been handed over; null: it holds up the events here. */
    passedAt: at('passed_at'),
    at: at('at').notNull(),
  },
  (t) => [index('event_barriers_family').on(t.familyId, t.fromSeq), index('event_barriers_at').on(t.at)],
);

/** Families whose next event could not be handed over: it, and all that follow, wait here so that the others go on. */
export const eventBacklog = sqliteTable(
  'event_backlog',
  {
    familyId: text('family_id').primaryKey(),
    /** The first event that waits. */
    fromSeq: integer('from_seq').notNull(),
    attempts: integer('attempts').notNull(),
    nextAt: at('next_at').notNull(),
    /** The receiver asked for no events until then (Retry-After); 0: it did not ask. */
    notBefore: at('not_before').notNull().default(0),
    error: text('error'),
  },
  (t) => [index('event_backlog_next').on(t.nextAt)],
);
