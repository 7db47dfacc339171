import type { Announced, Device, DeviceState, PresenceState } from './presence.ts';

/** A device's row. For an open socket the stored `heardAt` lags behind the socket's own. Times in ms UTC. */
export interface DeviceRow extends Device {
  id: string;
  /** An open socket, at the last evaluation. */
  open: boolean;
  /** It was silent longer than the TTL at the last evaluation, so its `heardAt` is exact. */
  stale: boolean;
}

/** A departure that has not been reported to the database yet. Times in ms UTC. */
export interface Departure {
  userId: string;
  state: 'away' | 'offline';
  /** When they were last seen. */
  at: number;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS devices (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL, state TEXT NOT NULL, heard_at INTEGER NOT NULL,
  closed_at INTEGER, open INTEGER NOT NULL, stale INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS people (user_id TEXT PRIMARY KEY, state TEXT NOT NULL, since INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS departures (
  user_id TEXT PRIMARY KEY, state TEXT NOT NULL, at INTEGER NOT NULL, retry_at INTEGER NOT NULL
);
`;

/** Stores devices, announced presence and unreported departures; survives an eviction. */
export class PresenceStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
  }

  devices(): DeviceRow[] {
    return this.#sql
      .exec('SELECT * FROM devices')
      .toArray()
      .map((row) => ({
        id: String(row.id),
        userId: String(row.user_id),
        state: row.state === 'away' ? 'away' : 'active',
        heardAt: Number(row.heard_at),
        closedAt: row.closed_at === null ? null : Number(row.closed_at),
        open: row.open === 1,
        stale: row.stale === 1,
      }));
  }

  /** Inserts or updates a device that was just heard of. */
  saveDevice(device: { id: string; userId: string; state: DeviceState; open: boolean }, now: number): void {
    this.#sql.exec(
      `INSERT INTO devices (id, user_id, state, heard_at, open) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, heard_at = excluded.heard_at, stale = 0`,
      device.id,
      device.userId,
      device.state,
      now,
      device.open ? 1 : 0,
    );
  }

  /** Stores when an open socket was last heard of, and whether it is stale. */
  markStale(id: string, heardAt: number, stale: boolean): void {
    this.#sql.exec('UPDATE devices SET heard_at = ?, stale = ? WHERE id = ?', heardAt, stale ? 1 : 0, id);
  }

  /** Stores a clean close. */
  closeDevice(id: string, now: number): void {
    this.#sql.exec('UPDATE devices SET closed_at = ?, open = 0 WHERE id = ? AND open = 1', now, id);
  }

  /** Stores that a socket is gone without a clean close, and when it was last heard of. */
  dropDevice(id: string, heardAt: number): void {
    this.#sql.exec(
      'UPDATE devices SET heard_at = max(heard_at, ?), open = 0 WHERE id = ? AND open = 1',
      heardAt,
      id,
    );
  }

  deleteDevice(id: string): void {
    this.#sql.exec('DELETE FROM devices WHERE id = ?', id);
  }

  announced(): Announced[] {
    return this.#sql
      .exec('SELECT user_id, state, since FROM people')
      .toArray()
      .map((row) => ({
        userId: String(row.user_id),
        state: row.state === 'online' ? 'online' : 'away',
        since: Number(row.since),
      }));
  }

  /** Stores the presence that was broadcast; people who are offline have no row. */
  announce(userId: string, state: PresenceState, since: number): void {
    if (state === 'offline') this.#sql.exec('DELETE FROM people WHERE user_id = ?', userId);
    else {
      this.#sql.exec(
        `INSERT INTO people (user_id, state, since) VALUES (?, ?, ?)
         ON CONFLICT (user_id) DO UPDATE SET state = excluded.state, since = excluded.since`,
        userId,
        state,
        since,
      );
    }
  }

  /** Stores a departure until it has been reported; a later one of the same person replaces it. */
  addDeparture({ userId, state, at }: Departure, retryAt: number): void {
    this.#sql.exec('INSERT OR REPLACE INTO departures VALUES (?, ?, ?, ?)', userId, state, at, retryAt);
  }

  /** Returns due departures and postpones them to `retryAt`, in case reporting them fails. */
  takeDepartures(now: number, retryAt: number): Departure[] {
    return this.#sql
      .exec(
        'UPDATE departures SET retry_at = ? WHERE retry_at <= ? RETURNING user_id, state, at',
        retryAt,
        now,
      )
      .toArray()
      .map((row) => ({
        userId: String(row.user_id),
        state: row.state === 'away' ? 'away' : 'offline',
        at: Number(row.at),
      }));
  }

  /** Deletes a reported departure, unless a newer one has replaced it. */
  dropDeparture({ userId, state, at }: Departure): void {
    this.#sql.exec('DELETE FROM departures WHERE user_id = ? AND state = ? AND at = ?', userId, state, at);
  }

  /** Deletes the departure of someone who is back. */
  cancelDeparture(userId: string): void {
    this.#sql.exec('DELETE FROM departures WHERE user_id = ?', userId);
  }

  /** When the next departure is to be reported (again), ms UTC; null for none. */
  nextDeparture(): number | null {
    const at = this.#sql.exec('SELECT min(retry_at) AS at FROM departures').toArray()[0]?.at;
    return at === null || at === undefined ? null : Number(at);
  }

  /** Deletes everything about a person. */
  forget(userId: string): void {
    for (const table of ['devices', 'people', 'departures']) {
      this.#sql.exec(`DELETE FROM ${table} WHERE user_id = ?`, userId);
    }
  }
}
