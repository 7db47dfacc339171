import { asc } from 'drizzle-orm';
import { eq } from '../../db/comparisons.ts';
import { excluded } from '../../db/expressions.ts';
import type { ObjectDb } from '../../db/object/object-db.ts';
import { announcedPeople, departures, devices } from '../../db/object/object-tables.ts';
import { q } from '../../db/query.ts';
import { hot } from '../../db/statement.ts';
import { StoredRows } from '../stored-rows.ts';
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

/** A person's presence that was broadcast: they are here. */
type AnnouncedRow = Announced & { state: 'online' | 'away' };
/** A departure, and when it is to be reported (again). */
type DepartureRow = Departure & { retryAt: number };
/** The values of a statement that writes a row. */
type Values<Row> = { [K in keyof Row]: Row[K] };

const allDevices = hot<object>()(() => q.select().from(devices));
const saveDevice = hot<Values<DeviceRow>>()((v) =>
  q
    .insert(devices)
    .values({
      id: v.id,
      userId: v.userId,
      state: v.state,
      heardAt: v.heardAt,
      closedAt: v.closedAt,
      open: v.open,
      stale: v.stale,
    })
    .onConflictDoUpdate({
      target: devices.id,
      set: {
        state: excluded(devices.state),
        heardAt: excluded(devices.heardAt),
        closedAt: excluded(devices.closedAt),
        open: excluded(devices.open),
        stale: excluded(devices.stale),
      },
    }),
);
const deleteDevice = hot<{ id: string }>()((v) => q.delete(devices).where(eq(devices.id, v.id)));

const allAnnounced = hot<object>()(() =>
  q.select().from(announcedPeople).orderBy(asc(announcedPeople.since), asc(announcedPeople.userId)),
);
const saveAnnounced = hot<Values<AnnouncedRow>>()((v) =>
  q
    .insert(announcedPeople)
    .values({ userId: v.userId, state: v.state, since: v.since })
    .onConflictDoUpdate({
      target: announcedPeople.userId,
      set: { state: excluded(announcedPeople.state), since: excluded(announcedPeople.since) },
    }),
);
const deleteAnnounced = hot<{ userId: string }>()((v) =>
  q.delete(announcedPeople).where(eq(announcedPeople.userId, v.userId)),
);

const allDepartures = hot<object>()(() => q.select().from(departures));
const saveDeparture = hot<Values<DepartureRow>>()((v) =>
  q
    .insert(departures)
    .values({ userId: v.userId, state: v.state, at: v.at, retryAt: v.retryAt })
    .onConflictDoUpdate({
      target: departures.userId,
      set: {
        state: excluded(departures.state),
        at: excluded(departures.at),
        retryAt: excluded(departures.retryAt),
      },
    }),
);
const deleteDeparture = hot<{ userId: string }>()((v) =>
  q.delete(departures).where(eq(departures.userId, v.userId)),
);

/** Stores devices, announced presence and unreported departures; survives an eviction. */
export class PresenceStore {
  readonly #devices: StoredRows<DeviceRow>;
  readonly #announced: StoredRows<AnnouncedRow>;
  readonly #departures: StoredRows<DepartureRow>;

  constructor(db: ObjectDb) {
    this.#devices = new StoredRows({
      keyOf: ({ id }) => id,
      load: () => db.all(allDevices({})),
      save: (row) => db.run(saveDevice(row)),
      remove: (id) => db.run(deleteDevice({ id })),
    });
    this.#announced = new StoredRows({
      keyOf: ({ userId }) => userId,
      load: () => db.all(allAnnounced({})),
      save: (row) => db.run(saveAnnounced(row)),
      remove: (userId) => db.run(deleteAnnounced({ userId })),
    });
    this.#departures = new StoredRows({
      keyOf: ({ userId }) => userId,
      load: () => db.all(allDepartures({})),
      save: (row) => db.run(saveDeparture(row)),
      remove: (userId) => db.run(deleteDeparture({ userId })),
    });
  }

  devices(): Readonly<DeviceRow>[] {
    return this.#devices.all();
  }

  /** Inserts or updates a device that was just heard of. */
  saveDevice(
    { id, userId, state, open }: { id: string; userId: string; state: DeviceState; open: boolean },
    now: number,
  ): void {
    const known = this.#devices.get(id) ?? { id, userId, closedAt: null, open };
    this.#devices.save({ ...known, state, heardAt: now, stale: false });
  }

  /** Stores when an open socket was last heard of, and whether it is stale. */
  markStale(id: string, heardAt: number, stale: boolean): void {
    this.#change(id, { heardAt, stale });
  }

  /** Stores a clean close. */
  closeDevice(id: string, now: number): void {
    if (this.#devices.get(id)?.open) this.#change(id, { closedAt: now, open: false });
  }

  /** Stores that a socket is gone without a clean close, and when it was last heard of. */
  dropDevice(id: string, heardAt: number): void {
    const device = this.#devices.get(id);
    if (device?.open) this.#change(id, { heardAt: Math.max(device.heardAt, heardAt), open: false });
  }

  deleteDevice(id: string): void {
    this.#devices.delete(id);
  }

  #change(id: string, change: Partial<DeviceRow>): void {
    const device = this.#devices.get(id);
    if (device) this.#devices.save({ ...device, ...change });
  }

  announced(): Readonly<AnnouncedRow>[] {
    return this.#announced.all();
  }

  /** Stores the presence that was broadcast; people who are offline have no row. */
  announce(userId: string, state: PresenceState, since: number): void {
    if (state === 'offline') this.#announced.delete(userId);
    else this.#announced.save({ userId, state, since });
  }

  /** Stores a departure until it has been reported; a later one of the same person replaces it. */
  addDeparture({ userId, state, at }: Departure, retryAt: number): void {
    this.#departures.save({ userId, state, at, retryAt });
  }

  /** Returns due departures and postpones them to `retryAt`, in case reporting them fails. */
  takeDepartures(now: number, retryAt: number): Departure[] {
    const due = this.#departures.all().filter((departure) => departure.retryAt <= now);
    for (const departure of due) this.#departures.save({ ...departure, retryAt });
    return due.map(({ userId, state, at }) => ({ userId, state, at }));
  }

  /** Deletes a reported departure, unless a newer one has replaced it. */
  dropDeparture({ userId, state, at }: Departure): void {
    const known = this.#departures.get(userId);
    if (known?.state === state && known.at === at) this.#departures.delete(userId);
  }

  /** Deletes the departure of someone who is back. */
  cancelDeparture(userId: string): void {
    this.#departures.delete(userId);
  }

  /** When the next departure is to be reported (again), ms UTC; null for none. */
  nextDeparture(): number | null {
    const times = this.#departures.all().map(({ retryAt }) => retryAt);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Deletes everything about a person. */
  forget(userId: string): void {
    for (const device of this.#devices.all()) if (device.userId === userId) this.#devices.delete(device.id);
    this.#announced.delete(userId);
    this.#departures.delete(userId);
  }
}
