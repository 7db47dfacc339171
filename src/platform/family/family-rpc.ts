import type { ReasonDetail } from '../../db/column-values.ts';

/** A delivery to be admitted by the Family object. `facts` are opaque to it. */
export interface Candidate<Facts = unknown> {
  deliveryId: string;
  userId: string;
  /** Null for a test text. */
  threadId: string | null;
  /** Whose message it tells of; null or absent for a test text. */
  authorId?: string | null;
  urgent: boolean;
  kind: 'message' | 'test';
  facts: Facts;
}

/** What the Family object knows about a delivery's person. Times are ms UTC; null: no restriction. */
export interface FamilyFacts {
  presence: 'online' | 'away' | 'offline';
  /** The window for texts to this person about this thread is closed until then. */
  windowUntil: number | null;
  /** The window for texts to this person about any thread is closed until then. */
  everyThreadUntil: number | null;
  /** The daily cap of the person, and of the family, is reached until then. */
  userCapUntil: number | null;
  familyCapUntil: number | null;
  /** What ordinary texts, or those of this author, may take of the caps is taken until then. */
  share: { until: number; detail: ReasonDetail } | null;
}

/** Send now, defer until (ms), or drop; the latter two with their reason, and what it speaks of. */
export type AdmissionVerdict<Reason = string> =
  | { action: 'send' }
  | { action: 'defer'; reason: Reason; detail?: ReasonDetail; until: number }
  | { action: 'drop'; reason: Reason; detail?: ReasonDetail };

/** The object's answer about one delivery. */
export interface Admission {
  deliveryId: string;
  verdict: AdmissionVerdict;
  /** When it was decided, ms UTC. */
  at: number;
  /** This text reaches the daily cap of the person or the family; one text says so. */
  lastToday: boolean;
  /** It is the service's budget that has no room. */
  beyondBudget?: true;
}

/** A text that was admitted, and is not sent after all. */
export interface Unused {
  deliveryId: string;
  /** When it was admitted, ms UTC: another process may have admitted and sent it since. */
  at: number;
  /** An earlier try may have left: what was counted behind it stays so. */
  mayHaveLeft?: boolean;
}

/** A member of the family who is online or away. `since`: milliseconds. */
export interface OnlineMember {
  userId: string;
  state: 'online' | 'away';
  since: number;
}

/** The part of a message that the object reads; other fields pass through. */
export interface LiveMessage {
  seq: number;
  authorId: string;
}

/** An event for open sockets, as the wire has it (contract, section 5). */
export type LiveEvent =
  | { type: 'message'; threadId: string; message: LiveMessage }
  | { type: 'read'; threadId: string; userId: string; seq: number }
  | { type: 'typing'; threadId: string; userId: string }
  | { type: 'thread'; thread: unknown };

/** An event and the user ids it is for. */
export interface Publication {
  event: LiveEvent;
  to: string[];
}

/** What holds texts to a person up in their family's object now. Times are ms UTC. */
export interface PersonLimits {
  presence: FamilyFacts['presence'];
  /** Threads about which the next text has to wait, and until when. */
  windows: { threadId: string; until: number }[];
  /** After so many texts within one window none leaves before, whatever thread it is about. */
  everyThreadUntil: number | null;
  /** Ordinary texts of the person's and the family's day are used up until then. */
  userCapUntil: number | null;
  familyCapUntil: number | null;
}

/** The Family object's interface. Each call may fail like any network call, and is safe to repeat. */
export interface FamilyRpc {
  /**
   * Decides about deliveries in order, by presence, windows and caps. Only a `send` counts towards windows and
   * caps, in the same step, keyed by delivery id: a delivery that was admitted before is not held up by itself
   * and does not count twice.
   */
  admit(candidates: Candidate[]): Promise<Admission[]>;
  /** Releases windows and caps of texts that were not sent after all, unless they were admitted anew. Unknown ids are ignored. */
  release(unused: Unused[]): Promise<void>;
  presence(): Promise<OnlineMember[]>;
  /** A heartbeat without a socket; `source` identifies the person's device. Answers who is online or away. */
  heartbeat(userId: string, state: 'active' | 'away', source?: string): Promise<OnlineMember[]>;
  /**
   * The people whom the host sees in its own app: they are online until then (ms UTC), as far as its word goes; whoever
   * it named before and not now is what sockets and heartbeats say.
   */
  hostPresence(userIds: string[], until: number): Promise<void>;
  /** The person has returned (read, wrote): resets their window to the base length. */
  returned(userId: string, threadId?: string): Promise<void>;
  /**
   * Sends live events to these people's open sockets, messages of a thread in the order of their `seq`. The
   * author or reader that an event names has returned to that thread.
   */
  publish(publications: Publication[]): Promise<void>;
  /** What would hold texts to a person up now. */
  limits(userId: string): Promise<PersonLimits>;
  /** A new message: {@link publish} and, about its deliveries, {@link admit} in one call. */
  announce(publication: Publication, candidates: Candidate[]): Promise<Admission[]>;
  /** Closes the sockets of a revoked session. */
  disconnectSession(sessionId: string): Promise<void>;
  /** Deletes all state of a deleted person. */
  forgetUser(userId: string): Promise<void>;
  /** The WebSocket upgrade of an authenticated person. */
  fetch(request: Request): Promise<Response>;
}
