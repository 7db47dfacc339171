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

/** Send now, wait until (ms), or never; the latter two with their reason. */
export type AdmissionVerdict =
  | { action: 'send' }
  | { action: 'defer'; reason: string; until: number }
  | { action: 'drop'; reason: string };

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

/** An event for open sockets, as the wire has it (contract, section 5). */
export type LiveEvent =
  | { type: 'message'; threadId: string; message: unknown }
  | { type: 'read'; threadId: string; userId: string; seq: number }
  | { type: 'typing'; threadId: string; userId: string }
  | { type: 'thread'; thread: unknown };

/** The Family object, as callers see it. Each call may fail like any network call. */
export interface FamilyRpc {
  /** Judges deliveries in order, against presence, windows and caps; only a `send` consumes any. */
  admit(candidates: Candidate[]): Promise<Admission[]>;
  /** Gives windows and caps back: these texts did not go out after all. */
  release(deliveryIds: string[]): Promise<void>;
  presence(): Promise<OnlineMember[]>;
  heartbeat(userId: string, state: 'active' | 'away'): Promise<void>;
  /** The person is back (read, wrote): their window falls back to its shortest. */
  returned(userId: string, threadId?: string): Promise<void>;
  /** Live events to these people's open sockets. */
  publish(events: { event: LiveEvent; to: string[] }[]): Promise<void>;
  /** Closes the sockets of a revoked session. */
  disconnectSession(sessionId: string): Promise<void>;
  /** Forgets a deleted person. */
  forgetUser(userId: string): Promise<void>;
}
