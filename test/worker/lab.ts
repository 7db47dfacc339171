import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { type DatabaseBindings, openDatabases } from '../../src/db/client.ts';
import type { Via } from '../../src/db/column-values.ts';
import { CREATE_TABLES } from '../../src/db/object/object-tables.ts';
import type { StoreName } from '../../src/db/stores/slots.ts';
import type { Status } from '../../src/notifications/deliveries/delivery-status.ts';
import type { ClaimedCaller } from '../../src/platform/auth/caller.ts';
import { parseConfig } from '../../src/platform/config.ts';
import type { Bindings, Deps } from '../../src/platform/deps.ts';
import type { DeliveryJob } from '../../src/platform/jobs.ts';
import { phoneHash } from '../../src/platform/sms/phone-number.ts';
import { familyIn, fillSlots, STORES } from '../stores/spread.ts';
import { workerSettings } from '../support/settings.ts';
import { type Carrier, createCarrier } from './carrier.ts';
import { lastClaim, RECORD_STEPS, type Step, stepsSince } from './history.ts';
import { keepSettings } from './object-settings.ts';
import { type Call, type End, type FaultInjector, type Process, startProcess } from './process.ts';
import { DIRECTORY } from './realms.ts';

const { FAMILY } = env as unknown as Bindings;
const databases = env as unknown as Record<string, D1Database>;

/** A queue message, as the queue keeps it. */
export interface QueuedJob {
  job: DeliveryJob;
  /** Which attempt the next one is, from 1. */
  attempts: number;
  /** Not handed over before, ms. */
  at: number;
}

/** A delivery row, as far as tests look. */
export interface DeliveryRow {
  id: string;
  user: string;
  thread: string | null;
  messageId: string | null;
  seq: number | null;
  /** How far the person has read the thread. */
  lastReadSeq: number | null;
  urgent: number;
  status: Status;
  reason: string | null;
  error: string | null;
  dueAt: number | null;
  wakeAt: number | null;
  attempts: number;
  phone: string | null;
  coversSeq: number | null;
  sid: string | null;
  mergedInto: string | null;
  createdAt: number;
  sentAt: number | null;
}

/** A message; `audience`: who else was in the thread when it was said. */
export interface Message {
  id: string;
  thread: string;
  seq: number;
  author: string;
  via: Via;
  key: string;
  audience: string;
}

/** A membership. */
export interface Member {
  thread: string;
  user: string;
  lastReadSeq: number;
}

/** What there is to see in a lab. */
export interface Sight {
  rows: DeliveryRow[];
  messages: Message[];
  members: Member[];
  steps: Step[];
}

const ROWS = `
  SELECT id, user_id AS "user", thread_id AS thread, message_id AS messageId, seq,
    (SELECT m.last_read_seq FROM thread_members m WHERE m.thread_id = sms_delivery_log.thread_id
      AND m.user_id = sms_delivery_log.user_id) AS lastReadSeq, urgent, status, reason, error, due_at AS dueAt,
    wake_at AS wakeAt, attempts, phone, covers_seq AS coversSeq, provider_sid AS sid, merged_into AS mergedInto,
    created_at AS createdAt, sent_at AS sentAt
  FROM sms_delivery_log`;
const MESSAGES = `
  SELECT id, thread_id AS thread, seq, author_id AS author, via, client_key AS "key",
    (SELECT group_concat(user_id ORDER BY user_id) FROM observed_audience a WHERE a.message_id = messages.id) AS audience
  FROM messages ORDER BY thread_id, seq`;

/** Everyone in a lab's family, and its threads; all of them are in all threads. */
export const PEOPLE = ['rosa', 'ben', 'mia'] as const;
export const THREADS = ['dinner', 'school'] as const;
export type Name = (typeof PEOPLE)[number];

/** Long after the tests' own time: the runtime's clock, by which alarms ring, stays behind, so that none rings unasked. */
const START = Date.UTC(2033, 4, 2, 16, 0);
/** Every table of families' rows, children before parents. */
const TABLES = [
  'observed_steps',
  'observed_audience',
  'events',
  'event_backlog',
  'event_barriers',
  'event_cursors',
  'delivery_counts',
  'carrier_tries',
  'retention_rounds',
  'sending_times',
  'sms_delivery_log',
  'held_replies',
  'messages',
  'thread_members',
  'threads',
  'links',
  'sessions',
  'consent_events',
  'notification_preferences',
  'users',
  'families',
];
/** What the directory holds beside the map of stores, which stays. */
const DIRECTORY_ROWS = [...DIRECTORY].filter((table) => table !== 'slots');
let labs = 0;
/** Where the lab that is open has its rows, or the one before had them. */
let lastHome: D1Database | null = null;

/** The database of the family in the lab that is open. @throws when there has been no lab */
export function homeOfLab(): D1Database {
  if (!lastHome) throw new Error('No lab is open');
  return lastHome;
}

const bindingOf = (store: StoreName) => store.replace('d1:', 'FAMILY_DB_');

const numberOf = (name: Name) => `+1202555010${PEOPLE.indexOf(name)}`;

/** A statement with its values, texts and numbers, in the place of its question marks. */
function withValues(query: string, values: readonly unknown[]): string {
  const left = values.map((value) =>
    typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : `${value}`,
  );
  return query.replaceAll('?', () => left.shift()!);
}

/** @param home the database of the family's rows */
async function seed(home: D1Database, familyId: string, phoneSecret: string): Promise<void> {
  const at = START - 86_400_000;
  const hashes = await Promise.all(PEOPLE.map((name) => phoneHash(phoneSecret, numberOf(name))));
  const family: [string, ...unknown[]][] = [
    ['INSERT INTO families (id, name, created_at) VALUES (?, ?, ?)', familyId, 'The Riveras', at],
    ...PEOPLE.flatMap((name): [string, ...unknown[]][] => [
      [
        'INSERT INTO users (id, family_id, name, phone, phone_verified_at, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        name,
        familyId,
        name,
        numberOf(name),
        at,
        at,
      ],
      [
        'INSERT INTO notification_preferences (user_id, family_id, sms_enabled, consent_at) VALUES (?, ?, 1, ?)',
        name,
        familyId,
        at,
      ],
    ]),
    ...THREADS.flatMap((thread): [string, ...unknown[]][] => [
      [
        'INSERT INTO threads (id, family_id, title, last_activity_at, created_at) VALUES (?, ?, ?, ?, ?)',
        thread,
        familyId,
        thread,
        at,
        at,
      ],
      ...PEOPLE.map((name): [string, ...unknown[]] => [
        'INSERT INTO thread_members (thread_id, user_id, family_id, joined_at) VALUES (?, ?, ?, ?)',
        thread,
        name,
        familyId,
        at,
      ]),
    ]),
  ];
  const directory: [string, ...unknown[]][] = [
    ...PEOPLE.flatMap((name, i): [string, ...unknown[]][] => [
      [
        'INSERT INTO phone_numbers (number_hash, number, user_id, family_id, verified_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)',
        hashes[i],
        numberOf(name),
        name,
        familyId,
        at,
        at,
      ],
      ['INSERT INTO people (id, family_id, claimed_at) VALUES (?, ?, 0)', name, familyId],
    ]),
    ...THREADS.map((thread): [string, ...unknown[]] => [
      'INSERT INTO thread_ids (id, family_id, claimed_at) VALUES (?, ?, 0)',
      thread,
      familyId,
    ]),
  ];
  // As one text, on one line: D1 takes about as long for each statement of a batch.
  const run = (d1: D1Database, statements: readonly string[]) =>
    d1.exec(statements.map((statement) => `${statement.replaceAll('\n', ' ')};`).join(' '));
  const emptied = (tables: Iterable<string>) => Array.from(tables, (table) => `DELETE FROM ${table}`);
  const filled = (rows: [string, ...unknown[]][]) =>
    rows.map(([query, ...values]) => withValues(query, values));
  // In another file both databases are new.
  const emptiedHome = [...RECORD_STEPS, ...emptied(TABLES)];
  await Promise.all([
    run(databases.DB!, [...emptied(DIRECTORY_ROWS), ...filled(directory)]),
    run(home, [...emptiedHome, ...filled(family)]),
    lastHome && lastHome !== home ? run(lastHome, emptiedHome) : null,
  ]);
  lastHome = home;
}

/** The longest that the product waits between two tries, ms; what is longer is a deadline. */
const LONGEST_PAUSE_MS = 1000;

/**
 * A pause, as between two tries, takes no time in a lab; nor does the deadline of a call to which no answer will come. What
 * still waits when the lab closes, of processes that died, never goes on.
 */
function skipPauses(): { close: () => void; skipDeadline: () => void } {
  const patched = globalThis.setTimeout;
  // What the plugin puts before the runtime's own looks up who calls, with every trip to D1.
  const plain: typeof setTimeout = Object.getPrototypeOf(globalThis).setTimeout ?? patched;
  let open = true;
  let isDeadlineSkipped = false;
  const unlessClosed = (call: () => void) => () => {
    if (open) call();
  };
  globalThis.setTimeout = ((call: () => void, ms = 0) => {
    const isSkipped = ms <= LONGEST_PAUSE_MS || isDeadlineSkipped;
    return plain.call(globalThis, unlessClosed(call), isSkipped ? 0 : ms);
  }) as typeof setTimeout;
  return {
    close: () => {
      open = false;
      globalThis.setTimeout = patched;
    },
    // The caller sets it as soon as it has made the call.
    skipDeadline: () => {
      isDeadlineSkipped = true;
      queueMicrotask(() => {
        isDeadlineSkipped = false;
      });
    },
  };
}

/**
 * A family of three with verified phones and consent in one of three databases, on a clock that only tests move, whose
 * processes can be made to fail at every call. The databases are emptied first: one lab at a time.
 * @param store where the family is; unless told, each of three in turn
 */
export async function openLab(
  settings: Record<string, string> = {},
  store: StoreName = STORES[labs++ % STORES.length]!,
) {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  const pauses = skipPauses();
  const config = parseConfig({ ...workerSettings(1), ...settings });
  // Families are spread over three databases, as in `npm start`; a lab's is in each of them in turn.
  const binding = bindingOf(store);
  const home = databases[binding]!;
  const familyId = await familyIn(store);
  if ((await openDatabases(env as unknown as DatabaseBindings).storeOf(familyId)) !== store)
    await fillSlots();
  await seed(home, familyId, config.PHONE_SECRET);
  const map = { read: null };
  const carrier: Carrier = createCarrier(() => Date.now());
  const jobs: QueuedJob[] = [];
  const enqueued = (job: DeliveryJob, delaySeconds: number) =>
    void jobs.push({ job, attempts: 1, at: Date.now() + delaySeconds * 1000 });
  const stub = () => FAMILY.get(FAMILY.idFromName(familyId));
  const restoreObject = await keepSettings((look) => runInDurableObject(stub(), look), settings);

  const start = (inject?: FaultInjector): Process =>
    startProcess(
      { config, account: familyId, sms: carrier, map, onNoAnswer: pauses.skipDeadline, enqueued },
      inject,
    );
  const run = <T>(work: (deps: Deps) => Promise<T>, inject?: FaultInjector): Promise<End<T>> =>
    start(inject).run(work);

  /** Starts a process that stands still at the first call that is meant, before it takes effect or after; `go`: it goes on. */
  async function standStill<T>(
    work: (deps: Deps) => Promise<T>,
    when: 'before' | 'after',
    isMeant: (call: Call) => boolean,
  ): Promise<() => Promise<End<T>>> {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let injected = false;
    return await new Promise((resolve) => {
      const end = run(work, (call) => {
        if (injected || !isMeant(call)) return null;
        injected = true;
        resolve(() => {
          open();
          return end;
        });
        return { when, how: gate };
      });
    });
  }

  /** When the object's alarm is due, and how many departures the database has not heard of. */
  const waitingInObject = () =>
    runInDurableObject(stub(), async (_, { storage }) => {
      storage.sql.exec(CREATE_TABLES); // An object makes its tables when it first misses one.
      return {
        due: await storage.getAlarm(),
        unreported: Number(storage.sql.exec('SELECT COUNT(*) AS n FROM departures').one().n),
      };
    });

  /** Rings the object's alarm as often as it is due, and waits for what it does. */
  async function ring(): Promise<void> {
    for (let i = 0; i < 5; i++) {
      const { due, unreported } = await waitingInObject();
      if (due !== null && due <= Date.now()) await runDurableObjectAlarm(stub());
      else if (unreported === 0) return;
    }
    for (let i = 0; i < 50 && (await waitingInObject()).unreported > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Lets time pass; alarms that come due ring. */
  async function pass(ms: number): Promise<void> {
    vi.setSystemTime(Date.now() + ms);
    await ring();
  }

  /** All delivery rows, oldest first, what was said, how far people have read, and the steps since the one named. */
  async function look(afterStep = 0): Promise<Sight> {
    const [rows, messages, members, steps] = await home.batch([
      home.prepare(`${ROWS} ORDER BY seq, user_id`),
      home.prepare(MESSAGES),
      home.prepare(
        'SELECT thread_id AS thread, user_id AS "user", last_read_seq AS lastReadSeq FROM thread_members',
      ),
      stepsSince(home, afterStep),
    ]);
    return {
      rows: rows!.results as unknown as DeliveryRow[],
      messages: messages!.results as unknown as Message[],
      members: members!.results as unknown as Member[],
      steps: steps!.results as unknown as Step[],
    };
  }

  /** One delivery row, and its newest claim. */
  async function lookAt(deliveryId: string): Promise<{ row: DeliveryRow; claim: Step }> {
    const row = home.prepare(`${ROWS} WHERE id = ?`).bind(deliveryId);
    const [rows, claims] = await home.batch([row, lastClaim(home, deliveryId)]);
    return { row: rows!.results[0] as unknown as DeliveryRow, claim: claims!.results[0] as unknown as Step };
  }

  return {
    config,
    familyId,
    /** The store of the family's rows, the name of its binding, and its database. */
    store,
    binding,
    home,
    carrier,
    jobs,
    stub,
    start,
    run,
    standStill,
    ring,
    pass,
    look,
    lookAt,
    numberOf,
    caller: (name: Name): ClaimedCaller => ({
      userId: name,
      familyId,
      sessionId: null,
      via: 'host',
      expiresAt: null,
    }),
    close: () => {
      pauses.close();
      restoreObject();
      vi.useRealTimers();
    },
  };
}

/** See {@link openLab}. */
export type Lab = Awaited<ReturnType<typeof openLab>>;
