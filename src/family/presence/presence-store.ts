import type { Announced, Device, DeviceState, PresenceState } from './presence.ts';

/** A device's row. An open socket's `heardAt` is older than the truth, which is the socket's own. Times in ms UTC. */
export interface DeviceRow extends Device {
  id: string;
  /** A socket that was open when last seen. */
  open: boolean;
  /** It was silent too long at the last look, so its `heardAt` is exact. */
  stale: boolean;
}

/** Someone who left and of whom the database does not know it yet. Times in ms UTC. */
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

/** Devices, what was announced, and departures not yet passed on: presence as it outlives a restart. */
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

  /** Writes a device that was just heard of; an older row of the same id gives way. */
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

  /** Notes when an open socket was last heard of, and whether that was too long ago. */
  markStale(id: string, heardAt: number, stale: boolean): void {
    this.#sql.exec('UPDATE devices SET heard_at = ?, stale = ? WHERE id = ?', heardAt, stale ? 1 : 0, id);
  }

  /** Notes a proper goodbye. */
  closeDevice(id: string, now: number): void {
    this.#sql.exec('UPDATE devices SET closed_at = ?, open = 0 WHERE id = ? AND open = 1', now, id);
  }

  /** Notes that a socket is gone without a goodbye, and when it was last heard of. */
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

  /** Remembers what everybody was told; nothing is kept about who is offline. */
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

  /** Keeps a departure until it has been passed on; a later one of the same person replaces it. */
  addDeparture({ userId, state, at }: Departure, retryAt: number): void {
    this.#sql.exec('INSERT OR REPLACE INTO departures VALUES (?, ?, ?, ?)', userId, state, at, retryAt);
  }

  /** Takes the departures that are due, and puts them off to `retryAt` in case passing them on fails. */
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

  /** Forgets a departure that was passed on, unless a newer one took its place. */
  dropDeparture({ userId, state, at }: Departure): void {
    this.#sql.exec('DELETE FROM departures WHERE user_id = ? AND state = ? AND at = ?', userId, state, at);
  }

  /** Forgets a departure of someone who is back. */
  cancelDeparture(userId: string): void {
    this.#sql.exec('DELETE FROM departures WHERE user_id = ?', userId);
  }

  /** When the next departure is to be passed on (again), ms UTC. */
  nextDeparture(): number | null {
    const at = this.#sql.exec('SELECT min(retry_at) AS at FROM departures').toArray()[0]?.at;
    return at === null || at === undefined ? null : Number(at);
  }

  /** Forgets everything about a person. */
  forget(userId: string): void {
    for (const table of ['devices', 'people', 'departures']) {
      this.#sql.exec(`DELETE FROM ${table} WHERE user_id = ?`, userId);
    }
  }
}
