import { and, eq, lte, min } from 'drizzle-orm';
import { excluded, greatest } from '../../db/expressions.ts';
import type { ObjectDb } from '../../db/object/object-db.ts';
import { announcedPeople, departures, devices } from '../../db/object/object-tables.ts';
import { q } from '../../db/query.ts';
import { hot } from '../../db/statement.ts';
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

const allDevices = hot<Record<never, never>>()(() => q.select().from(devices));
const saveDevice = hot<{ id: string; userId: string; state: DeviceState; now: number; open: boolean }>()(
  (v) =>
    q
      .insert(devices)
      .values({ id: v.id, userId: v.userId, state: v.state, heardAt: v.now, open: v.open })
      .onConflictDoUpdate({
        target: devices.id,
        set: { state: excluded(devices.state), heardAt: excluded(devices.heardAt), stale: false },
      }),
);
const markStale = hot<{ id: string; heardAt: number; stale: boolean }>()((v) =>
  q.update(devices).set({ heardAt: v.heardAt, stale: v.stale }).where(eq(devices.id, v.id)),
);
const allAnnounced = hot<Record<never, never>>()(() => q.select().from(announcedPeople));
const takeDue = hot<{ now: number; retryAt: number }>()((v) =>
  q
    .update(departures)
    .set({ retryAt: v.retryAt })
    .where(lte(departures.retryAt, v.now))
    .returning({ userId: departures.userId, state: departures.state, at: departures.at }),
);
const earliestDeparture = hot<Record<never, never>>()(() =>
  q.select({ at: min(departures.retryAt).as('at') }).from(departures),
);

/** Stores devices, announced presence and unreported departures; survives an eviction. */
export class PresenceStore {
  readonly #db: ObjectDb;

  constructor(db: ObjectDb) {
    this.#db = db;
  }

  devices(): DeviceRow[] {
    return this.#db.all(allDevices({}));
  }

  /** Inserts or updates a device that was just heard of. */
  saveDevice(device: { id: string; userId: string; state: DeviceState; open: boolean }, now: number): void {
    this.#db.run(saveDevice({ ...device, now }));
  }

  /** Stores when an open socket was last heard of, and whether it is stale. */
  markStale(id: string, heardAt: number, stale: boolean): void {
    this.#db.run(markStale({ id, heardAt, stale }));
  }

  /** Stores a clean close. */
  closeDevice(id: string, now: number): void {
    const isOpen = and(eq(devices.id, id), eq(devices.open, true));
    this.#db.run(q.update(devices).set({ closedAt: now, open: false }).where(isOpen));
  }

  /** Stores that a socket is gone without a clean close, and when it was last heard of. */
  dropDevice(id: string, heardAt: number): void {
    const isOpen = and(eq(devices.id, id), eq(devices.open, true));
    this.#db.run(
      q
        .update(devices)
        .set({ heardAt: greatest(devices.heardAt, heardAt), open: false })
        .where(isOpen),
    );
  }

  deleteDevice(id: string): void {
    this.#db.run(q.delete(devices).where(eq(devices.id, id)));
  }

  announced(): Announced[] {
    return this.#db.all(allAnnounced({}));
  }

  /** Stores the presence that was broadcast; people who are offline have no row. */
  announce(userId: string, state: PresenceState, since: number): void {
    if (state === 'offline') {
      this.#db.run(q.delete(announcedPeople).where(eq(announcedPeople.userId, userId)));
      return;
    }
    this.#db.run(
      q
        .insert(announcedPeople)
        .values({ userId, state, since })
        .onConflictDoUpdate({ target: announcedPeople.userId, set: { state, since } }),
    );
  }

  /** Stores a departure until it has been reported; a later one of the same person replaces it. */
  addDeparture({ userId, state, at }: Departure, retryAt: number): void {
    this.#db.run(
      q
        .insert(departures)
        .values({ userId, state, at, retryAt })
        .onConflictDoUpdate({ target: departures.userId, set: { state, at, retryAt } }),
    );
  }

  /** Returns due departures and postpones them to `retryAt`, in case reporting them fails. */
  takeDepartures(now: number, retryAt: number): Departure[] {
    return this.#db.all(takeDue({ now, retryAt }));
  }

  /** Deletes a reported departure, unless a newer one has replaced it. */
  dropDeparture({ userId, state, at }: Departure): void {
    const isSame = and(eq(departures.userId, userId), eq(departures.state, state), eq(departures.at, at));
    this.#db.run(q.delete(departures).where(isSame));
  }

  /** Deletes the departure of someone who is back. */
  cancelDeparture(userId: string): void {
    this.#db.run(q.delete(departures).where(eq(departures.userId, userId)));
  }

  /** When the next departure is to be reported (again), ms UTC; null for none. */
  nextDeparture(): number | null {
    return this.#db.first(earliestDeparture({}))?.at ?? null;
  }

  /** Deletes everything about a person. */
  forget(userId: string): void {
    this.#db.run(q.delete(devices).where(eq(devices.userId, userId)));
    this.#db.run(q.delete(announcedPeople).where(eq(announcedPeople.userId, userId)));
    this.#db.run(q.delete(departures).where(eq(departures.userId, userId)));
  }
}
