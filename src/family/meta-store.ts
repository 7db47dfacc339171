const SCHEMA = `
CREATE TABLE IF NOT EXISTS threads (id TEXT PRIMARY KEY, seq INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
`;

/** Numbers that must survive an eviction. */
export class MetaStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
  }

  /** The last `seq` of a thread that was published; null for none. */
  lastSeq(threadId: string): number | null {
    const row = this.#sql.exec('SELECT seq FROM threads WHERE id = ?', threadId).toArray()[0];
    return row ? Number(row.seq) : null;
  }

  saveSeq(threadId: string, seq: number): void {
    this.#sql.exec(
      `INSERT INTO threads (id, seq) VALUES (?, ?)
       ON CONFLICT (id) DO UPDATE SET seq = max(seq, excluded.seq)`,
      threadId,
      seq,
    );
  }

  /** A stored number by name: `alarm_at`, `pruned_at`, `rechecked_at` (ms UTC). */
  get(name: string): number | null {
    const row = this.#sql.exec('SELECT value FROM meta WHERE name = ?', name).toArray()[0];
    return row ? Number(row.value) : null;
  }

  set(name: string, value: number | null): void {
    if (value === null) this.#sql.exec('DELETE FROM meta WHERE name = ?', name);
    else this.#sql.exec('INSERT OR REPLACE INTO meta VALUES (?, ?)', name, value);
  }
}
