import { AppError } from '../../platform/errors.ts';
import { errorFields } from '../../platform/log.ts';
import type { FamilyDeps } from '../family-deps.ts';
import type { PresenceStore } from '../presence/presence-store.ts';
import { countFault, countFrame, countTyping, type FrameError, readFrame } from './frames.ts';
import { CLOSE, type OpenSocket, type Sockets } from './sockets.ts';
import { ThreadMembersCache } from './thread-members.ts';

/** Max. sockets of one person; the oldest is closed for a new one. */
const MAX_SOCKETS_PERSON = 10;
/** Max. sockets of one family. */
const MAX_SOCKETS_FAMILY = 200;

/** Which sockets a frame goes to. */
export type SocketFilter = (socket: OpenSocket) => boolean;
const everyone: SocketFilter = () => true;

/** Messages over the family's sockets, in both directions. */
export class Channel {
  readonly #sockets: Sockets;
  readonly #presence: PresenceStore;
  readonly #familyId: () => string;
  readonly #host: () => FamilyDeps;
  readonly #members = new ThreadMembersCache();

  constructor(sockets: Sockets, presence: PresenceStore, familyId: () => string, host: () => FamilyDeps) {
    this.#sockets = sockets;
    this.#presence = presence;
    this.#familyId = familyId;
    this.#host = host;
  }

  /** Sends a frame to the open sockets that pass `filter`. */
  broadcast(frame: object, filter: SocketFilter = everyone): void {
    const receivers = this.#sockets.open().filter(filter);
    if (receivers.length === 0) return;
    const text = JSON.stringify(frame);
    const { byteLength } = new TextEncoder().encode(text);
    for (const socket of receivers) {
      if (!this.#sockets.send(socket, text, byteLength)) {
        this.#presence.dropDevice(socket.id, socket.heardAt);
      }
    }
  }

  /** Closes sockets of sessions or people that ended; without the grace period of a clean close. */
  disconnect(filter: SocketFilter, reason: string): void {
    for (const socket of this.#sockets.open().filter(filter)) {
      this.#presence.deleteDevice(socket.id);
      this.#sockets.close(socket, CLOSE.policy, reason);
    }
  }

  /**
   * Closes sockets whose session has ended or whose person is deleted, in case nobody did.
   * @throws when the database fails
   */
  async disconnectEnded(): Promise<void> {
    const owners = this.#sockets.open().map(({ id, userId, sessionId }) => ({ id, userId, sessionId }));
    if (owners.length === 0) return;
    const ended = await this.#host().endedSockets(this.#familyId(), owners);
    this.disconnect(({ id }) => ended.includes(id), 'session ended');
  }

  /** Invalidates the cache of thread members. */
  membersChanged(): void {
    this.#members.forget();
  }

  /** Handles a frame from a client, or answers with an error frame. */
  async handleFrame(ws: WebSocket, data: string | ArrayBuffer, now: number): Promise<void> {
    const socket = this.#sockets.read(ws);
    const { counters, over } = countFrame(socket.counters, now);
    this.#sockets.update(socket, { counters, framedAt: now });
    const frame = over ? { error: 'rate_limited' as const } : readFrame(data);
    if ('error' in frame) this.#refuse(ws, frame.error, now);
    else if (frame.type === 'typing') await this.#typing(ws, frame.threadId, now);
    else {
      const { id, userId } = socket;
      this.#presence.saveDevice({ id, userId, state: frame.state, open: true }, now);
    }
  }

  /** Makes room for one more socket of a person. @returns the error when the family has no room */
  makeRoom(userId: string, now: number): AppError | null {
    const mine = this.#sockets.open().filter((socket) => socket.userId === userId);
    for (const oldest of mine.slice(0, Math.max(0, mine.length - MAX_SOCKETS_PERSON + 1))) {
      this.#presence.closeDevice(oldest.id, now);
      this.#sockets.close(oldest, CLOSE.replaced, 'another device took this place');
    }
    const open = this.#sockets.open();
    if (open.length < MAX_SOCKETS_FAMILY) return null;
    const silent = open.find((socket) => socket.heardAt + this.#host().settings.ttlMs <= now);
    if (!silent) {
      const message = 'This family has too many open connections.';
      return new AppError('rate_limited', message, { retryAfterSeconds: 60 });
    }
    this.#presence.dropDevice(silent.id, silent.heardAt);
    this.#sockets.close(silent, CLOSE.goingAway, 'not heard of');
    return null;
  }

  /** Answers a bad frame with an error; closes the socket after too many. */
  #refuse(ws: WebSocket, error: FrameError, now: number): void {
    const socket = this.#sockets.read(ws);
    const { counters, over } = countFault(socket.counters, now);
    this.#sockets.update(socket, { counters });
    this.broadcast({ type: 'error', error }, ({ id }) => id === socket.id);
    if (!over) return;
    this.#presence.closeDevice(socket.id, now);
    this.#sockets.close(socket, CLOSE.policy, error);
  }

  /**
   * Sends "typing" to the other members of a thread. Fails open: a database error is logged, and nothing is
   * sent.
   */
  async #typing(ws: WebSocket, threadId: string, now: number): Promise<void> {
    const { membersOf, log } = this.#host();
    const familyId = this.#familyId();
    const { userId } = this.#sockets.read(ws);
    try {
      const members = await this.#members.of(threadId, () => membersOf(familyId, threadId), now);
      if (!members.has(userId)) return this.#refuse(ws, 'thread_not_found', now);
      const socket = this.#sockets.read(ws);
      const { counters, due } = countTyping(socket.counters, threadId, now);
      if (!due) return;
      this.#sockets.update(socket, { counters });
      this.broadcast(
        { type: 'typing', threadId, userId },
        (to) => to.userId !== userId && members.has(to.userId),
      );
    } catch (error) {
      log.warn('family.typing_failed', { familyId, ...errorFields(error) });
    }
  }
}
