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

/** An open socket that was silent for this many times the TTL is closed. */
const SILENCE_FACTOR = 5;

/** The result of one evaluation. */
export interface PresenceEvaluation {
  people: ReadonlyMap<string, Presence>;
  /** Changes since the last evaluation, already stored. */
  changes: PresenceChange[];
  /** When to evaluate again, ms UTC; null: nothing changes by itself. */
  next: number | null;
}

/**
 * Marks sockets that a restart closed without an event as dropped. They count as heard of until the next
 * evaluation was due, because only the runtime knew of their automatic pongs. Call it once, before the first
 * evaluation.
 * @param dueAt - when that evaluation was due, ms UTC
 */
export function dropOrphans(store: PresenceStore, sockets: Sockets, dueAt: number | null, now: number): void {
  const held = new Set(sockets.all().map((socket) => socket.id));
  for (const device of store.devices()) {
    if (!device.open || held.has(device.id)) continue;
    store.dropDevice(device.id, device.stale ? device.heardAt : Math.min(now, dueAt ?? now));
  }
}

/**
 * Evaluates all devices: closes expired and silent sockets, deletes expired devices, and computes presence and
 * its changes.
 */
export function evaluatePresence(
  store: PresenceStore,
  sockets: Sockets,
  settings: PresenceSettings,
  now: number,
): PresenceEvaluation {
  const held = new Map(sockets.all().map((socket) => [socket.id, socket]));
  let next = Number.POSITIVE_INFINITY;
  const devices = store.devices().flatMap((stored) => {
    const socket = held.get(stored.id);
    const isOpen = socket !== undefined && stored.open;
    const device = isOpen ? { ...stored, heardAt: Math.max(stored.heardAt, socket.heardAt) } : stored;
    if (isOpen) {
      next = Math.min(next, checkSocket(store, sockets, socket, device.stale, settings, now));
      if (socket.ws.readyState === WebSocket.READY_STATE_OPEN) return [device];
    }
    if (countsUntil(device, settings) > now) return [device];
    store.deleteDevice(device.id);
    return [];
  });
  const people = presenceOf(devices, settings, now);
  for (const person of people.values()) next = Math.min(next, person.changesAt ?? next);
  const changes = presenceChanges(store.announced(), people, now);
  for (const change of changes) store.announce(change.userId, change.state, change.since);
  return { people, changes, next: Number.isFinite(next) ? next : null };
}

/**
 * Closes an open socket whose token has expired or that is silent, and stores staleness.
 * @returns when to check it again, ms UTC
 */
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
