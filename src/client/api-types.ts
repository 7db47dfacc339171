// Made from the routes by `npm run client-types`; do not edit.

export type Alert = {
  id: string;
  kind: string;
  message: string;
  count: number;
  firstAt: string;
  lastAt: string;
  acknowledgedAt: string | null;
  acknowledgedBy: string | null;
};

export type ConsentEntry = {
  action: 'opt_in' | 'opt_out';
  source: 'web' | 'api' | 'keyword' | 'carrier' | 'import' | 'host' | 'number_moved' | 'number_removed';
  version: string | null;
  at: string;
};

export type ConsentEvent = {
  type: 'consent.given' | 'consent.withdrawn';
  timestamp: string;
  data: {
    userId: string;
    source: 'web' | 'api' | 'keyword' | 'carrier' | 'import' | 'host' | 'number_moved' | 'number_removed';
    version: string | null;
    at: string;
  };
  id: string;
  familyId: string;
};

export type Delivery = {
  id: string;
  kind: 'message' | 'test';
  threadId: string | null;
  messageId: string | null;
  status:
    | 'pending'
    | 'deferred'
    | 'sending'
    | 'sent'
    | 'delivered'
    | 'undelivered'
    | 'failed'
    | 'suppressed'
    | 'merged';
  reason:
    | 'opted_out'
    | 'unverified'
    | 'phone_unusable'
    | 'country_not_allowed'
    | 'left_thread'
    | 'retracted'
    | 'paused'
    | 'expired'
    | 'read'
    | 'muted'
    | 'online'
    | 'quiet_hours'
    | 'rate_limited'
    | 'daily_cap'
    | null;
  explanation: string;
  mergedInto: string | null;
  createdAt: string;
  dueAt: string | null;
  sentAt: string | null;
  deliveredAt: string | null;
  segments: number | null;
  error: string | null;
};

export type DeliveryEvent = {
  type: 'delivery.sent' | 'delivery.delivered' | 'delivery.failed' | 'delivery.suppressed';
  timestamp: string;
  data: { delivery: HostDelivery | Gone };
  id: string;
  familyId: string;
};

export type Event = MessageEvent | ThreadEvent | DeliveryEvent | ConsentEvent | PersonEvent | FamilyEvent;

export type EventThread = {
  id: string;
  familyId: string;
  title: string;
  memberIds: string[];
  lastSeq: number;
  lastActivityAt: string;
  createdAt: string;
};

export type FamilyEvent = {
  type: 'family.deleted';
  timestamp: string;
  data: { familyId: string };
  id: string;
  familyId: string;
};

/** What the subject is once it is no more */
export type Gone = { id: string; deleted: true };

export type HostDelivery = {
  id: string;
  kind: 'message' | 'test';
  threadId: string | null;
  messageId: string | null;
  status:
    | 'pending'
    | 'deferred'
    | 'sending'
    | 'sent'
    | 'delivered'
    | 'undelivered'
    | 'failed'
    | 'suppressed'
    | 'merged';
  reason:
    | 'opted_out'
    | 'unverified'
    | 'phone_unusable'
    | 'country_not_allowed'
    | 'left_thread'
    | 'retracted'
    | 'paused'
    | 'expired'
    | 'read'
    | 'muted'
    | 'online'
    | 'quiet_hours'
    | 'rate_limited'
    | 'daily_cap'
    | null;
  explanation: string;
  mergedInto: string | null;
  createdAt: string;
  dueAt: string | null;
  sentAt: string | null;
  deliveredAt: string | null;
  segments: number | null;
  error: string | null;
  userId: string;
  familyId: string;
};

export type Me = {
  id: string;
  name: string;
  familyId: string;
  phone: string | null;
  phoneState: 'none' | 'pending' | 'verified' | 'unusable';
  phoneVerifiedAt: string | null;
  timeZone: string | null;
};

export type Message = {
  id: string;
  threadId: string;
  seq: number;
  authorId: string;
  authorName: string;
  body: string;
  fileIds: string[];
  urgent: boolean;
  via: 'app' | 'portal' | 'sms' | 'host';
  createdAt: string;
  editedAt: string | null;
  deletedAt: string | null;
};

export type MessageEvent = {
  type: 'message.created' | 'message.edited' | 'message.deleted';
  timestamp: string;
  data: { message: Message | Gone };
  id: string;
  familyId: string;
};

export type MirroredFamily = {
  id: string;
  name: string;
  timeZone: string | null;
  database: string;
  userIds: string[];
  createdAt: string;
};

export type MirroredPerson = {
  id: string;
  familyId: string;
  name: string;
  phone: string | null;
  phoneState: 'none' | 'pending' | 'verified' | 'unusable';
  phoneVerifiedAt: string | null;
  smsEnabled: boolean;
  optedOut: boolean;
  timeZone: string | null;
  createdAt: string;
};

export type MirroredThread = {
  id: string;
  familyId: string;
  title: string;
  memberIds: string[];
  members: { id: string; name: string; lastReadSeq: number }[];
  lastSeq: number;
  lastActivityAt: string;
  createdAt: string;
};

export type PersonEvent = {
  type: 'phone.verified' | 'phone.moved' | 'phone.removed' | 'phone.unusable' | 'user.deleted';
  timestamp: string;
  data: { userId: string };
  id: string;
  familyId: string;
};

export type Preferences = {
  smsEnabled: boolean;
  urgentAllowed: boolean;
  quietStart: number | null;
  quietEnd: number | null;
  timeZone: string;
  timeZoneSource: 'person' | 'family' | 'number' | 'country' | 'unknown';
  timeZones: string[];
  quietDelivery: 'defer' | 'drop';
  preview: 'full' | 'sender' | 'none';
  perThreadMute: Record<string, true | string>;
};

export type Session = {
  id: string;
  kind: 'web' | 'app';
  userAgent: string | null;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
  current: boolean;
};

export type Thread = {
  id: string;
  title: string;
  members: { id: string; name: string; lastReadSeq: number }[];
  lastSeq: number;
  lastReadSeq: number;
  unread: number;
  mutedUntil: string | true | null;
  lastMessage: {
    authorId: string;
    authorName: string;
    body: string;
    createdAt: string;
    deletedAt: string | null;
  } | null;
  lastActivityAt: string;
  createdAt: string;
};

export type ThreadEvent = {
  type: 'thread.created';
  timestamp: string;
  data: { thread: EventThread | Gone };
  id: string;
  familyId: string;
};

/** What each route takes and answers, by method and path. Times are ISO 8601. */
export interface Api {
  /** Deliveries, newest first, by family, person or status */
  'GET /api/admin/deliveries': {
    input: {
      query?: {
        familyId?: string | number;
        userId?: string | number;
        status?:
          | 'pending'
          | 'deferred'
          | 'sending'
          | 'sent'
          | 'delivered'
          | 'undelivered'
          | 'failed'
          | 'suppressed'
          | 'merged';
        limit?: number;
        cursor?: string | number;
      };
    };
    answer: { deliveries: HostDelivery[]; next: string | null; databases: { down: string[] } };
  };
  /** Send a dead letter again */
  'POST /api/admin/deliveries/{id}/retry': {
    input: { params: { id: string } };
    answer: { ok: true };
  };
  /** Facts, oldest first, without gaps and repeats */
  'GET /api/admin/events': {
    input: {
      query?: {
        after?: string | number;
        types?: string | number;
        familyId?: string | number;
        limit?: number;
      };
    };
    answer: { events: Event[]; next: string };
  };
  /** Post an event to the receiver again, under the same id */
  'POST /api/admin/events/{id}/redeliver': {
    input: { params: { id: string } };
    answer: { ok: true };
  };
  /** Delete a family with all its people, threads, messages and numbers */
  'DELETE /api/admin/families/{id}': {
    input: { params: { id: string } };
    answer: { ok: true };
  };
  /** A family as it stands here, with the database that holds it */
  'GET /api/admin/families/{id}': {
    input: { params: { id: string } };
    answer: MirroredFamily;
  };
  /** Mirror a family; an absent field keeps what is there */
  'PUT /api/admin/families/{id}': {
    input: { params: { id: string }; body: { name?: string; timeZone?: string | null } };
    answer: { ok: true };
  };
  /** Mirror many families, people, threads and messages in one call */
  'POST /api/admin/import': {
    input: Record<never, never>;
    answer: { line: number; ok?: true; error?: string; message?: string };
  };
  /** Mint a magic token that signs a person in at a thread, once */
  'POST /api/admin/magic': {
    input: { body: { userId: string; threadId: string } };
    answer: { token: string; url: string; expiresAt: string };
  };
  /** Take anybody's message back; nobody is texted about it any more */
  'DELETE /api/admin/messages/{id}': {
    input: { params: { id: string } };
    answer: { message: Message };
  };
  /** Say who is in your app now: all of them, in one call */
  'POST /api/admin/presence': {
    input: { body: { present: string[]; ttlSeconds?: number } };
    answer: { ok: true; unknown: string[] };
  };
  /** Texts by outcome, reasons, errors, opens, dead letters, alerts: no personal data */
  'GET /api/admin/stats': {
    input: { query?: { hours?: number } };
    answer: {
      since: string;
      byStatus: Record<string, number>;
      byReason: Record<string, number>;
      errors: {
        code: string;
        count: number;
        advice: string;
        firstAt: string;
        lastAt: string;
        url: string | null;
      }[];
      secondsToSent: { p50: number | null; p95: number | null };
      segments: number;
      byDay: { day: string; status: string; count: number }[];
      byHour: { hour: string; status: string; count: number }[];
      hour: {
        at: string;
        now: { texts: number; segments: number };
        weekAgo: { texts: number; segments: number };
      };
      opens: { day: string; device: string; outcome: string; count: number }[];
      waiting: { count: number; oldestAt: string | null };
      deadLetters: { deliveryId: string; familyId: string; count: number; lastAt: string }[];
      databases: { down: string[] };
      troubles: { kind: string; message: string }[];
      tries: { five: { failed: number; share: number }; sixty: { failed: number; share: number } };
      lastAcceptedAt: string | null;
      unmoved: { texts: number; people: number; families: number; oldestAt: string | null };
      alerts: Alert[];
    };
  };
  /** Do now what the cron does each minute */
  'POST /api/admin/sweep': {
    input: Record<never, never>;
    answer: { woken: number; updates: number };
  };
  /** Delete a thread with all that was said in it */
  'DELETE /api/admin/threads/{id}': {
    input: { params: { id: string } };
    answer: { ok: true };
  };
  /** A thread as it stands here, with its members */
  'GET /api/admin/threads/{id}': {
    input: { params: { id: string } };
    answer: MirroredThread;
  };
  /** Mirror a thread; memberIds replaces its members */
  'PUT /api/admin/threads/{id}': {
    input: { params: { id: string }; body: { familyId?: string; title?: string; memberIds?: string[] } };
    answer: { ok: true };
  };
  /** Post a message on behalf of a person; everyone who should be told is told */
  'POST /api/admin/threads/{id}/messages': {
    input: {
      params: { id: string };
      body: {
        authorId: string;
        body?: string;
        fileIds?: string[];
        urgent?: boolean;
        id?: string;
        createdAt?: string;
        silent?: boolean;
      };
    };
    answer: { message: Message };
  };
  /** Mark a thread read for a person, up to a message or to the end */
  'POST /api/admin/threads/{id}/read': {
    input: { params: { id: string }; body: { userId: string; messageId?: string } };
    answer: { ok: true; lastReadSeq: number; unread: number };
  };
  /** Delete a person; what they wrote stays under "Former member" */
  'DELETE /api/admin/users/{id}': {
    input: { params: { id: string } };
    answer: { ok: true };
  };
  /** A person as they stand here, with the state of their number and texts */
  'GET /api/admin/users/{id}': {
    input: { params: { id: string } };
    answer: MirroredPerson;
  };
  /** Mirror a person, with a verified phone and consent where you have them */
  'PUT /api/admin/users/{id}': {
    input: {
      params: { id: string };
      body: {
        familyId?: string;
        name?: string;
        email?: string | null;
        phone?: string | null;
        phoneVerifiedAt?: string | null;
        smsConsent?: { at: string; source: string; version: string };
        timeZone?: string | null;
      };
    };
    answer: {
      ok: true;
      phoneState: 'none' | 'pending' | 'verified' | 'unusable';
      smsEnabled: boolean;
      consent?: 'taken' | 'refused';
      why?: string;
    };
  };
  /** Change a person’s preferences as they told you; absent fields keep what is there */
  'PUT /api/admin/users/{id}/preferences': {
    input: {
      params: { id: string };
      body: {
        smsEnabled?: boolean;
        urgentAllowed?: boolean;
        quietStart?: number | null;
        quietEnd?: number | null;
        timeZone?: string | null;
        timeZoneSource?: 'person' | 'family' | 'number' | 'country' | 'unknown';
        timeZones?: string[];
        quietDelivery?: 'defer' | 'drop';
        preview?: 'full' | 'sender' | 'none';
        perThreadMute?: Record<string, boolean | string | null>;
        consent?: { at: string; source: string; version: string };
      };
    };
    answer: Preferences;
  };
  /** Give your word that it is this person who signs in with their number */
  'POST /api/admin/users/{id}/vouch': {
    input: { params: { id: string } };
    answer: { ok: true };
  };
  /** The ledger of the caller’s opt-ins and opt-outs, newest first */
  'GET /api/consents': {
    input: Record<never, never>;
    answer: { consents: ConsentEntry[] };
  };
  /** Why texts came or did not come: your own log, newest first */
  'GET /api/deliveries': {
    input: { query?: { limit?: number; cursor?: string | number } };
    answer: { deliveries: Delivery[]; next: string | null };
  };
  /** Give your word that it is a relative of yours who signs in with their number */
  'POST /api/family/members/{id}/vouch': {
    input: { params: { id: string } };
    answer: { ok: true };
  };
  /** Open a link from the app, by code, token or install referrer */
  'POST /api/links/open': {
    input: { body: { code?: string; token?: string; referrer?: string; nonce?: string } };
    answer: { threadId: string | null; path: string; session?: { token: string; expiresAt: string } };
  };
  /** The destination that waits for this account after an installation; handed over once */
  'GET /api/links/pending': {
    input: Record<never, never>;
    answer: { link: { threadId: string | null; path: string } | null };
  };
  /** The destination that waits for this account after an installation; handed over once */
  'POST /api/links/pending': {
    input: Record<never, never>;
    answer: { link: { threadId: string | null; path: string } | null };
  };
  /** Sign in with the code */
  'POST /api/login/confirm': {
    input: { body: { phone: string; code: string; handle?: string; deviceToken?: string } };
    answer: { ok: true; session?: { token: string; expiresAt: string }; deviceToken?: string };
  };
  /** Text a sign-in code to a number, if somebody here has it */
  'POST /api/login/start': {
    input: { body: { phone: string; deviceToken?: string } };
    answer: { ok: true; expiresAt: string; handle: string };
  };
  /** End the session that is sent along, and its open sockets */
  'POST /api/logout': {
    input: Record<never, never>;
    answer: { ok: true };
  };
  /** Delete the account; messages stay, under "Former member" */
  'DELETE /api/me': {
    input: Record<never, never>;
    answer: { ok: true };
  };
  /** The caller */
  'GET /api/me': {
    input: Record<never, never>;
    answer: Me;
  };
  /** Forget the number; texts stop */
  'DELETE /api/phone': {
    input: Record<never, never>;
    answer: { ok: true };
  };
  /** Confirm the number with the code, and opt in to texts if so wished */
  'POST /api/phone/confirm': {
    input: { body: { code: string; smsConsent?: boolean; consentVersion?: string } };
    answer: { ok: true; carrierOptedOut?: true; startNumber?: string | null };
  };
  /** Text a six-digit code to a number */
  'POST /api/phone/start-verify': {
    input: { body: { phone: string } };
    answer: { ok: true; expiresAt: string };
  };
  /** The caller’s preferences */
  'GET /api/preferences': {
    input: Record<never, never>;
    answer: Preferences;
  };
  /** Change preferences; absent fields keep what is there */
  'PATCH /api/preferences': {
    input: {
      body: {
        smsEnabled?: boolean;
        consentVersion?: string;
        urgentAllowed?: boolean;
        quietStart?: number | null;
        quietEnd?: number | null;
        timeZone?: string | null;
        timeZoneSource?: 'person' | 'family' | 'number' | 'country' | 'unknown';
        timeZones?: string[];
        quietDelivery?: 'defer' | 'drop';
        preview?: 'full' | 'sender' | 'none';
        perThreadMute?: Record<string, boolean | string | null>;
      };
    };
    answer: Preferences;
  };
  /** Who of the family is here */
  'GET /api/presence': {
    input: Record<never, never>;
    answer: { online: { userId: string; state: 'online' | 'away'; since: string }[] };
  };
  /** A sign of life, every 20 s, from a client without a socket */
  'POST /api/presence/heartbeat': {
    input: { body?: { state?: 'active' | 'away' } };
    answer: { online: { userId: string; state: 'online' | 'away'; since: string }[] };
  };
  /** Find messages in your threads by words they hold, newest first */
  'GET /api/search': {
    input: {
      query?: { q: string | number; threadId?: string | number; limit?: number; before?: string | number };
    };
    answer: { messages: Message[]; next: string | null };
  };
  /** Sign out everywhere: ends all of the caller’s sessions, this one too; their sockets close */
  'DELETE /api/sessions': {
    input: Record<never, never>;
    answer: { ok: true; ended: number };
  };
  /** The caller’s sessions in browsers and apps, last used first */
  'GET /api/sessions': {
    input: Record<never, never>;
    answer: { sessions: Session[] };
  };
  /** End a session, with its next request; its sockets close */
  'DELETE /api/sessions/{id}': {
    input: { params: { id: string } };
    answer: { ok: true };
  };
  /** Send yourself a test text, once a minute */
  'POST /api/sms/test': {
    input: Record<never, never>;
    answer: { deliveryId: string };
  };
  /** Your threads, newest activity first, with unread counts */
  'GET /api/threads': {
    input: Record<never, never>;
    answer: { threads: Thread[] };
  };
  /** Create a thread inside your family */
  'POST /api/threads': {
    input: { body: { title: string; memberIds: string[] } };
    answer: { thread: Thread };
  };
  /** One thread */
  'GET /api/threads/{id}': {
    input: { params: { id: string } };
    answer: { thread: Thread };
  };
  /** Messages, newest first; with `after`, oldest first, for catching up */
  'GET /api/threads/{id}/messages': {
    input: { params: { id: string }; query?: { limit?: number; before?: number; after?: number } };
    answer: { messages: Message[]; next: string | null };
  };
  /** Post a message; everyone who should be told is told */
  'POST /api/threads/{id}/messages': {
    input: { params: { id: string }; body: { body?: string; fileIds?: string[]; urgent?: boolean } };
    answer: { message: Message };
  };
  /** Take your message back; nobody is texted about it any more */
  'DELETE /api/threads/{id}/messages/{messageId}': {
    input: { params: { id: string; messageId: string } };
    answer: { message: Message };
  };
  /** Edit your message; texts that have not left yet quote what it says now */
  'PATCH /api/threads/{id}/messages/{messageId}': {
    input: { params: { id: string; messageId: string }; body: { body: string } };
    answer: { message: Message };
  };
  /** Who was told about your message, and who will see it later */
  'GET /api/threads/{id}/messages/{messageId}/deliveries': {
    input: { params: { id: string; messageId: string } };
    answer: {
      deliveries: {
        userId: string;
        name: string;
        told: boolean;
        read: boolean;
        explanation: string;
        sentAt: string | null;
      }[];
    };
  };
  /** Hear of a thread again */
  'DELETE /api/threads/{id}/mute': {
    input: { params: { id: string } };
    answer: { ok: true };
  };
  /** Mute a thread, for good or until a time */
  'PUT /api/threads/{id}/mute': {
    input: { params: { id: string }; body?: { until?: string | null } };
    answer: { ok: true; mutedUntil: string | true };
  };
  /** Mark read, up to a message or to the end */
  'POST /api/threads/{id}/read': {
    input: { params: { id: string }; body?: { messageId?: string } };
    answer: { ok: true; lastReadSeq: number; unread: number };
  };
}
