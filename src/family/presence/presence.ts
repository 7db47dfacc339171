/** A device's state: in use, or not. */
export type DeviceState = 'active' | 'away';

/** A person's presence, over all of their devices. */
export type PresenceState = 'online' | 'away' | 'offline';

/** A device: an open socket, a closed one, or a client that only sends heartbeats. Times in ms UTC. */
export interface Device {
  userId: string;
  state: DeviceState;
  /** The last automatic pong, frame or heartbeat. */
  heardAt: number;
  /** When it closed cleanly; null while it is open, and when it just fell silent. */
  closedAt: number | null;
}

/** How long a device counts after its last sign of life. */
export interface PresenceSettings {
  /** `PRESENCE_TTL_SECONDS` in ms: a device not heard of for this long is gone. */
  ttlMs: number;
  /**
   * `PRESENCE_GRACE_SECONDS` in ms: a device counts for this long after a clean close, because a page reload is
   * no departure.
   */
  graceMs: number;
}

/** A person's presence at one moment. Times in ms UTC. */
export interface Presence {
  userId: string;
  state: PresenceState;
  /** The earliest moment at which the state may change without any further sign; null when offline. */
  changesAt: number | null;
  /** The last sign of life. */
  heardAt: number;
}

/** Until when (ms UTC, exclusive) a device counts. */
export function countsUntil(device: Device, settings: PresenceSettings): number {
  return device.closedAt === null ? device.heardAt + settings.ttlMs : device.closedAt + settings.graceMs;
}

/**
 * Presence of everyone who has a device, as a function of the devices alone: one that counts and is active makes its
 * person online; people whose every counting device is away are away; people without a counting device are offline.
 * @param now - ms UTC
 */
export function presenceOf(
  devices: readonly Device[],
  settings: PresenceSettings,
  now: number,
): Map<string, Presence> {
  const people = new Map<string, Presence>();
  for (const device of devices) {
    const person = people.get(device.userId) ?? {
      userId: device.userId,
      state: 'offline',
      changesAt: null,
      heardAt: Number.NEGATIVE_INFINITY,
    };
    people.set(device.userId, person);
    person.heardAt = Math.max(person.heardAt, device.heardAt, device.closedAt ?? device.heardAt);
    const until = countsUntil(device, settings);
    if (until <= now) continue;
    if (person.state !== 'online') person.state = device.state === 'active' ? 'online' : 'away';
    person.changesAt = Math.min(person.changesAt ?? until, until);
  }
  return people;
}

/** A person's presence as last broadcast. */
export interface Announced {
  userId: string;
  state: PresenceState;
  /** Since when (ms UTC). */
  since: number;
}

/** A change to broadcast. */
export interface PresenceChange extends Announced {
  from: PresenceState;
  /** The last sign of life, ms UTC; for someone who left, when they were last seen. */
  heardAt: number;
}

/** The changes since the last broadcast. @param now - ms UTC; becomes `since` of the changes */
export function presenceChanges(
  announced: readonly Announced[],
  current: ReadonlyMap<string, Presence>,
  now: number,
): PresenceChange[] {
  const before = new Map(announced.map((person) => [person.userId, person]));
  const changes: PresenceChange[] = [];
  for (const userId of new Set([...before.keys(), ...current.keys()])) {
    const from = before.get(userId)?.state ?? 'offline';
    const person = current.get(userId);
    const state = person?.state ?? 'offline';
    if (state === from) continue;
    changes.push({
      userId,
      from,
      state,
      since: now,
      heardAt: person?.heardAt ?? before.get(userId)?.since ?? now,
    });
  }
  return changes;
}
