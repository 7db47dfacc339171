import {
  predecessors,
  type Status,
  TRANSITIONS,
} from '../../src/notifications/deliveries/delivery-status.ts';

/** One step of a delivery row, as the database saw it. */
export interface Step {
  seq: number;
  deliveryId: string;
  /** Null: the row was born. */
  from: Status | null;
  to: Status;
  attempts: number;
  /** At a claim: other rows of the same person and thread that the text has to tell of. */
  waiting: number | null;
  /** At a claim: texts in flight that cover a message which this one covers too. */
  overlapping: number | null;
}

const SIBLINGS = (alias: string) => `FROM sms_delivery_log ${alias} WHERE ${alias}.user_id = NEW.user_id
  AND ${alias}.thread_id = NEW.thread_id AND ${alias}.id <> NEW.id`;

/**
 * Other rows that a text tells of: unread, not newer than what it covers, and they wait without being told by a text
 * on its way. What a first try told of that did not reach the phone waits again.
 */
const WAITING = `SELECT COUNT(*) ${SIBLINGS('w')} AND w.seq <= NEW.covers_seq
  AND w.seq > (SELECT m.last_read_seq FROM thread_members m
    WHERE m.thread_id = NEW.thread_id AND m.user_id = NEW.user_id)
  AND (w.status IN ('pending', 'deferred')
    AND NOT EXISTS (SELECT 1 ${SIBLINGS('o')} AND o.status = 'sending' AND o.covers_seq >= w.seq))`;

/** Texts on their way that tell of the message that this one is about. */
const OVERLAPPING = `SELECT COUNT(*) ${SIBLINGS('o')} AND o.status = 'sending' AND o.covers_seq >= NEW.seq`;

/**
 * Statements that let the database itself write down every step that any statement makes a delivery row take, and who
 * was in a thread when something was said there; where they were run before they change nothing.
 */
export const RECORD_STEPS: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS observed_steps (seq INTEGER PRIMARY KEY AUTOINCREMENT, delivery_id TEXT NOT NULL,
    old_status TEXT, new_status TEXT NOT NULL, attempts INTEGER NOT NULL, waiting INTEGER, overlapping INTEGER)`,
  `CREATE TABLE IF NOT EXISTS observed_audience (message_id TEXT NOT NULL, user_id TEXT NOT NULL)`,
  `CREATE TRIGGER IF NOT EXISTS observe_messages AFTER INSERT ON messages BEGIN
    INSERT INTO observed_audience (message_id, user_id) SELECT NEW.id, m.user_id FROM thread_members m
    WHERE m.thread_id = NEW.thread_id AND m.user_id <> NEW.author_id; END`,
  `CREATE TRIGGER IF NOT EXISTS observe_births AFTER INSERT ON sms_delivery_log BEGIN
    INSERT INTO observed_steps (delivery_id, new_status, attempts) VALUES (NEW.id, NEW.status, NEW.attempts); END`,
  `CREATE TRIGGER IF NOT EXISTS observe_steps AFTER UPDATE OF status ON sms_delivery_log
    WHEN OLD.status <> NEW.status BEGIN
    INSERT INTO observed_steps (delivery_id, old_status, new_status, attempts, waiting, overlapping)
    SELECT NEW.id, OLD.status, NEW.status, NEW.attempts,
      CASE WHEN NEW.status = 'sending' THEN (${WAITING}) END,
      CASE WHEN NEW.status = 'sending' THEN (${OVERLAPPING}) END; END`,
];

const COLUMNS = `seq, delivery_id AS deliveryId, old_status AS "from", new_status AS "to", attempts, waiting, overlapping`;

/** The steps since one, oldest first. */
export function stepsSince(db: D1Database, seq: number): D1PreparedStatement {
  return db.prepare(`SELECT ${COLUMNS} FROM observed_steps WHERE seq > ? ORDER BY seq`).bind(seq);
}

/** The newest claim of a delivery. */
export function lastClaim(db: D1Database, deliveryId: string): D1PreparedStatement {
  return db
    .prepare(
      `SELECT ${COLUMNS} FROM observed_steps WHERE delivery_id = ? AND new_status = 'sending' ORDER BY seq DESC LIMIT 1`,
    )
    .bind(deliveryId);
}

/** What a row may be born as. */
const BIRTHS: readonly Status[] = ['pending', 'suppressed'];

/** The steps that the state machine forbids. */
export const forbidden = (steps: readonly Step[]): Step[] =>
  steps.filter(({ from, to }) => (from === null ? !BIRTHS.includes(to) : !predecessors(to).includes(from)));

/** Whether a row in this state waits for nothing more of its own, whatever its `wake_at`. */
export const isFinal = (status: Status): boolean => status === 'merged' || TRANSITIONS[status].length === 0;
