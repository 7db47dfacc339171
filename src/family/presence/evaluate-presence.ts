import { CLOSE, type OpenSocket, type Sockets } from '../sockets/sockets.ts';
import {
  countsUntil,
  type Presence,
  type PresenceChange,
  type PresenceSettings,
  presenceChanges,
  presenceOf,
} from './presence.ts';
import type { PresenceStore } from './presence-store.ts';

/** An open socket that was silent for so many times the TTL is closed: nobody is there any more. */
const SILENCE_FACTOR = 5;

/** What a look around found. */
export interface PresenceEvaluation {
  people: ReadonlyMap<string, Presence>;
  /** Changes since the last look, already written down. */
  changes: PresenceChange[];
  /** When to look again, ms UTC; null: nothing here changes by itself. */
  next: number | null;
}

/**
 * Sockets that a restart took without a word count as heard of until the moment at which they would have been looked at
 * again: their automatic pongs were known to the runtime alone. To be called once, before the first look.
 * @param dueAt - when the next look was due, ms UTC
 */
export function dropOrphans(store: PresenceStore, sockets: Sockets, dueAt: number | null, now: number): void {
  const held = new Set(sockets.all().map((socket) => socket.id));
  for (const device of store.devices()) {
    if (!device.open || held.has(device.id)) continue;
    store.dropDevice(device.id, device.stale ? device.heardAt : Math.min(now, dueAt ?? now));
  }
}

/** Looks at every device: closes what is over, forgets what is gone, and says who is here. */
export function evaluatePresence(
  store: PresenceStore,
  sockets: Sockets,
  settings: PresenceSettings,
  now: number,
): PresenceEvaluation {
  const held = new Map(sockets.all().map((socket) => [socket.id, socket]));
  let next = Number.POSITIVE_INFINITY;
  const devices = store.devices().filter((device) => {
    const socket = held.get(device.id);
    if (socket && device.open) {
      device.heardAt = Math.max(device.heardAt, socket.heardAt);
      next = Math.min(next, checkSocket(store, sockets, socket, device.stale, settings, now));
      if (socket.ws.readyState === WebSocket.READY_STATE_OPEN) return true;
    }
    if (countsUntil(device, settings) > now) return true;
    store.deleteDevice(device.id);
    return false;
  });
  const people = presenceOf(devices, settings, now);
  for (const person of people.values()) next = Math.min(next, person.changesAt ?? next);
  const changes = presenceChanges(store.announced(), people, now);
  for (const change of changes) store.announce(change.userId, change.state, change.since);
  return { people, changes, next: Number.isFinite(next) ? next : null };
}

/** Ends an open socket whose time is over, and notes silence. @returns when to look at it again, ms UTC */
function checkSocket(
  store: PresenceStore,
  sockets: Sockets,
  socket: OpenSocket,
  wasStale: boolean,
  { ttlMs }: PresenceSettings,
  now: number,
): number {
  const expiresAt = socket.expiresAt ?? Number.POSITIVE_INFINITY;
  const stale = socket.heardAt + ttlMs <= now;
  if (expiresAt <= now) {
    store.closeDevice(socket.id, now);
    sockets.close(socket, CLOSE.policy, 'token expired');
    return Number.POSITIVE_INFINITY;
  }
  if (socket.heardAt + SILENCE_FACTOR * ttlMs <= now) {
    store.dropDevice(socket.id, socket.heardAt);
    sockets.close(socket, CLOSE.goingAway, 'not heard of');
    return Number.POSITIVE_INFINITY;
  }
  if (stale !== wasStale) store.markStale(socket.id, socket.heardAt, stale);
  return Math.min(expiresAt, stale ? now + ttlMs : Number.POSITIVE_INFINITY);
}
