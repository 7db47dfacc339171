import type { Send } from './windows.ts';

/** An admitted text. */
export interface SendRow extends Send {
  deliveryId: string;
  userId: string;
  /** null for a test text. */
  threadId: string | null;
  /** This text says that it is the last one for the day. */
  lastToday: boolean;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS sends (
  delivery_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, thread_id TEXT, rank INTEGER NOT NULL,
  at INTEGER NOT NULL, last_today INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS sends_by_user ON sends (user_id, at);
CREATE INDEX IF NOT EXISTS sends_by_time ON sends (at);
`;

/** Stores admitted texts, from which windows and caps are computed. */
export class SendStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
  }

  /** The stored texts to a person: those of the last day, and the newest unanswered one of each thread. */
  forUser(userId: string): SendRow[] {
    return this.#sql.exec('SELECT * FROM sends WHERE user_id = ? ORDER BY at', userId).toArray().map(sendRow);
  }

  /** When the family's newest texts were admitted, at most `limit`, excluding `without`. */
  newest(limit: number, without: ReadonlySet<string>): number[] {
    return this.#sql
      .exec(
        'SELECT at FROM sends WHERE delivery_id NOT IN (SELECT value FROM json_each(?)) ORDER BY at DESC LIMIT ?',
        JSON.stringify([...without]),
        limit,
      )
      .toArray()
      .map((row) => Number(row.at));
  }

  /** Stores a text; a known one is updated. */
  save(send: SendRow): void {
    this.#sql.exec(
      `INSERT INTO sends (delivery_id, user_id, thread_id, rank, at, last_today) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (delivery_id) DO UPDATE SET rank = excluded.rank, at = excluded.at, last_today = excluded.last_today`,
      send.deliveryId,
      send.userId,
      send.threadId,
      send.rank,
      send.at,
      send.lastToday ? 1 : 0,
    );
  }

  /** Deletes a text that was not sent after all. */
  release(deliveryId: string): void {
    this.#sql.exec('DELETE FROM sends WHERE delivery_id = ?', deliveryId);
  }

  /** Marks the person's texts, about one thread or all, as answered. */
  markAnswered(userId: string, threadId?: string): void {
    if (threadId === undefined) {
      this.#sql.exec('UPDATE sends SET rank = 0 WHERE user_id = ? AND rank > 0', userId);
    } else {
      this.#sql.exec(
        'UPDATE sends SET rank = 0 WHERE user_id = ? AND thread_id = ? AND rank > 0',
        userId,
        threadId,
      );
    }
  }

  /** Deletes texts before a moment, except the newest unanswered one of each person and thread. */
  prune(before: number): void {
    this.#sql.exec(
      `DELETE FROM sends WHERE at < ? AND (rank = 0 OR EXISTS (
         SELECT 1 FROM sends AS later
         WHERE later.user_id = sends.user_id AND later.thread_id = sends.thread_id AND later.rank > sends.rank))`,
      before,
    );
  }

  /** Forgets everything about a person. */
  forget(userId: string): void {
    this.#sql.exec('DELETE FROM sends WHERE user_id = ?', userId);
  }
}

function sendRow(row: Record<string, SqlStorageValue>): SendRow {
  return {
    deliveryId: String(row.delivery_id),
    userId: String(row.user_id),
    threadId: row.thread_id === null ? null : String(row.thread_id),
    rank: Number(row.rank),
    at: Number(row.at),
    lastToday: row.last_today === 1,
  };
}
