/** What the Family object is asked about one delivery. `facts` are the judge's own. */
export interface Candidate<Facts = unknown> {
  deliveryId: string;
  userId: string;
  /** Null for a test text. */
  threadId: string | null;
  urgent: boolean;
  kind: 'message' | 'test';
  facts: Facts;
}

/** What the Family object knows about a delivery's person. Times are ms UTC; null: nothing stands in the way. */
export interface FamilyFacts {
  presence: 'online' | 'away' | 'offline';
  /** From then on the next text to this person about this thread may leave. */
  windowUntil: number | null;
  /** From then on the person's, and the family's, number of texts a day has room again. */
  userCapUntil: number | null;
  familyCapUntil: number | null;
}

/** Send now, wait until (ms), or never; the latter two with their reason. */
export type AdmissionVerdict<Reason = string> =
  | { action: 'send' }
  | { action: 'defer'; reason: Reason; until: number }
  | { action: 'drop'; reason: Reason };

/** The object's answer about one delivery. */
export interface Admission {
  deliveryId: string;
  verdict: AdmissionVerdict;
  /** This text uses up the day's allowance of the person or the family; said once, in the text. */
  lastToday: boolean;
}

/** Who of the family is here. `since`: milliseconds. */
export interface OnlineMember {
  userId: string;
  state: 'online' | 'away';
  since: number;
}

/** The part of a message that the object reads; the rest of it passes through as it is. */
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

/** The Family object, as callers see it. Each call may fail like any network call, and may be repeated. */
export interface FamilyRpc {
  /**
   * Judges deliveries in order, against presence, windows and caps. Only a `send` consumes any, in the same step, keyed
   * by delivery id: one that was let go before is not held up by itself and does not count twice.
   */
  admit(candidates: Candidate[]): Promise<Admission[]>;
  /** Gives windows and caps back: these texts did not go out after all. Unknown ids are fine. */
  release(deliveryIds: string[]): Promise<void>;
  presence(): Promise<OnlineMember[]>;
  /** A sign of life without a socket; `source` tells a person's devices apart. Answers who is here. */
  heartbeat(userId: string, state: 'active' | 'away', source?: string): Promise<OnlineMember[]>;
  /** The person is back (read, wrote): their window falls back to its shortest. */
  returned(userId: string, threadId?: string): Promise<void>;
  /**
   * Live events to these people's open sockets, messages of a thread in the order of their `seq`. The author or reader
   * an event names has thereby returned to that thread.
   */
  publish(publications: Publication[]): Promise<void>;
  /** Closes the sockets of a revoked session. */
  disconnectSession(sessionId: string): Promise<void>;
  /** Forgets a deleted person. */
  forgetUser(userId: string): Promise<void>;
  /** The WebSocket upgrade, for someone whose identity is settled. */
  fetch(request: Request): Promise<Response>;
}
