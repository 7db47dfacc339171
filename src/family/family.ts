import { DurableObject } from 'cloudflare:workers';
import { AppError } from '../platform/errors.ts';
import type { Admission, Candidate, FamilyRpc, OnlineMember, Publication } from '../platform/family-rpc.ts';
import { errorFields, type Log } from '../platform/log.ts';
import { admitAll, type Judge } from './admission.ts';
import { Alarm } from './alarm.ts';
import { countFault, countFrame, countTyping, type FrameError, readFrame } from './frames.ts';
import { Members } from './members.ts';
import { MetaStore } from './meta-store.ts';
import type { Presence } from './presence.ts';
import { type Departure, PresenceStore } from './presence-store.ts';
import { SendStore } from './send-store.ts';
import type { FamilySettings } from './settings.ts';
import { CLOSE, type OpenSocket, Sockets } from './sockets.ts';
import { Turns } from './turns.ts';
import { PROTOCOL, readUpgrade, type Upgrade } from './upgrade.ts';
import { adoptOrphans, lookAround } from './watch.ts';
import { DAY_MS, memoryMs } from './windows.ts';

/** What the object needs of the rest of the service; put in by the worker, as all of it stands on higher rungs. */
export interface FamilyHost {
  settings: FamilySettings;
  judge: Judge;
  /** The user ids of a thread's members; empty when there is no such thread in the family. */
  membersOf(familyId: string, threadId: string): Promise<string[]>;
  /** People stopped being here. Told at least once each, again after 30 s when it failed. */
  left(familyId: string, departures: Departure[]): Promise<void>;
  now(): number;
  log: Log;
}

/** Sockets of one person; the oldest gives way. */
const MAX_SOCKETS_PERSON = 10;
/** Sockets of one family. */
const MAX_SOCKETS_FAMILY = 200;
const DEPARTURE_RETRY_MS = 30_000;

/**
 * One family: who is here, their sockets, and which texts may leave. Everything that matters is in storage or
 * hibernates with a socket, so the object may vanish from memory at any moment. Each call ends with a look around,
 * which also sets the one alarm to the earliest of everything that waits.
 */
export abstract class FamilyObject<Env> extends DurableObject<Env> implements FamilyRpc {
  readonly #sockets: Sockets;
  readonly #presence: PresenceStore;
  readonly #sends: SendStore;
  readonly #meta: MetaStore;
  readonly #alarm: Alarm;
  readonly #turns = new Turns();
  readonly #members = new Members();
  #adopted = false;
  #host: FamilyHost | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    this.#sockets = new Sockets(ctx);
    this.#presence = new PresenceStore(sql);
    this.#sends = new SendStore(sql);
    this.#meta = new MetaStore(sql);
    this.#alarm = new Alarm(ctx.storage, this.#meta);
  }

  /** The object's surroundings; asked for once. */
  protected abstract createHost(): FamilyHost;

  get #around(): FamilyHost {
    this.#host ??= this.createHost();
    return this.#host;
  }

  get #familyId(): string {
    const { name } = this.ctx.id;
    if (name === undefined) throw new Error('A Family object is addressed by the name of its family');
    return name;
  }

  async admit(candidates: Candidate[]): Promise<Admission[]> {
    const now = this.#now();
    const { settings, judge } = this.#around;
    const people = this.#settle(now);
    return this.ctx.storage.transactionSync(() => {
      if ((this.#meta.get('pruned_at') ?? 0) + DAY_MS <= now) {
        this.#sends.prune(now - memoryMs(settings));
        this.#meta.set('pruned_at', now);
      }
      return admitAll({ sends: this.#sends, people, settings }, candidates, judge, now);
    });
  }

  async release(deliveryIds: string[]): Promise<void> {
    for (const id of deliveryIds) this.#sends.release(id);
    this.#settle(this.#now());
  }

  async presence(): Promise<OnlineMember[]> {
    this.#settle(this.#now());
    return this.#here();
  }

  async heartbeat(userId: string, state: 'active' | 'away', source = ''): Promise<OnlineMember[]> {
    const now = this.#now();
    this.#presence.saveDevice({ id: beatId(userId, source), userId, state, open: false }, now);
    this.#settle(now);
    return this.#here();
  }

  async returned(userId: string, threadId?: string): Promise<void> {
    this.#sends.answer(userId, threadId);
    this.#settle(this.#now());
  }

  async publish(publications: Publication[]): Promise<void> {
    for (const { event, to } of publications) {
      if (event.type === 'message') {
        const { seq, authorId } = event.message;
        await this.#turns.wait(event.threadId, seq, this.#meta.lastSeq(event.threadId));
        this.#meta.saveSeq(event.threadId, seq);
        this.#sends.answer(authorId, event.threadId);
        this.#turns.passed(event.threadId, seq);
      }
      if (event.type === 'read') this.#sends.answer(event.userId, event.threadId);
      if (event.type === 'thread') this.#members.forget();
      const people = new Set(to);
      this.#tell(event, (socket) => people.has(socket.userId));
    }
    this.#settle(this.#now());
  }

  async disconnectSession(sessionId: string): Promise<void> {
    for (const socket of this.#sockets.open()) {
      if (socket.sessionId === sessionId) this.#dismiss(socket, 'session ended');
    }
    for (const { id, userId } of this.#presence.devices()) {
      if (id === beatId(userId, sessionId)) this.#presence.deleteDevice(id);
    }
    this.#settle(this.#now());
  }

  async forgetUser(userId: string): Promise<void> {
    for (const socket of this.#sockets.open()) {
      if (socket.userId === userId) this.#dismiss(socket, 'account removed');
    }
    const wasHere = this.#presence.announced().some((person) => person.userId === userId);
    this.#presence.forget(userId);
    this.#sends.forget(userId);
    this.#members.forget();
    if (wasHere) this.#tell({ type: 'presence', userId, state: 'offline' });
    this.#settle(this.#now());
  }

  override async fetch(request: Request): Promise<Response> {
    const upgrade = readUpgrade(request);
    if (!upgrade || upgrade.familyId !== this.#familyId) return new Response(null, { status: 403 });
    const now = this.#now();
    this.#settle(now);
    const refusal = this.#makeRoom(upgrade, now);
    if (refusal) return Response.json(refusal, { status: refusal.status, headers: refusal.headers() });
    const { 0: client, 1: server } = new WebSocketPair();
    const { userId } = upgrade;
    const id = crypto.randomUUID();
    const { state, protocol, ...identity } = upgrade;
    this.#sockets.accept(server, id, identity, now);
    this.#presence.saveDevice({ id, userId, state, open: true }, now);
    this.#settle(now, id);
    const online = this.#here().map((person) => ({ userId: person.userId, state: person.state }));
    this.#tell({ type: 'snapshot', online }, (socket) => socket.id === id);
    const headers = protocol === PROTOCOL ? { 'Sec-WebSocket-Protocol': PROTOCOL } : undefined;
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  override async webSocketMessage(ws: WebSocket, data: string | ArrayBuffer): Promise<void> {
    if (ws.readyState !== WebSocket.READY_STATE_OPEN) return;
    const now = this.#now();
    const socket = this.#sockets.read(ws);
    const { conduct, over } = countFrame(socket.conduct, now);
    this.#sockets.update(socket, { conduct, framedAt: now });
    const frame = over ? { error: 'rate_limited' as const } : readFrame(data);
    if ('error' in frame) this.#refuse(ws, frame.error, now);
    else if (frame.type === 'state') {
      this.#presence.saveDevice(
        { id: socket.id, userId: socket.userId, state: frame.state, open: true },
        now,
      );
    } else await this.#typing(ws, frame.threadId, now);
    this.#settle(now);
  }

  override async webSocketClose(
    ws: WebSocket,
    code: number,
    reason: string,
    wasClean: boolean,
  ): Promise<void> {
    const now = this.#now();
    const socket = this.#sockets.read(ws);
    if (wasClean && code !== 1006) this.#presence.closeDevice(socket.id, now);
    else this.#presence.dropDevice(socket.id, socket.heardAt);
    this.#sockets.close(socket, code, reason);
    this.#settle(now);
  }

  override async webSocketError(ws: WebSocket): Promise<void> {
    const socket = this.#sockets.read(ws);
    this.#presence.dropDevice(socket.id, socket.heardAt);
    this.#settle(this.#now());
  }

  override async alarm(): Promise<void> {
    const now = this.#now();
    this.#alarm.rang();
    this.#settle(now);
  }

  /** The time of a call. The first one in a new life of the object takes over what the old one left behind. */
  #now(): number {
    const now = this.#around.now();
    if (!this.#adopted) adoptOrphans(this.#presence, this.#sockets, this.#alarm.dueAt, now);
    this.#adopted = true;
    return now;
  }

  /**
   * Looks at everyone, announces what changed, and sets the alarm.
   * @param newcomer - id of a socket that is about to be told everything at once
   */
  #settle(now: number, newcomer?: string): ReadonlyMap<string, Presence> {
    const sight = lookAround(this.#presence, this.#sockets, this.#around.settings, now);
    for (const { userId, state, heardAt } of sight.changes) {
      if (state === 'online') {
        this.#sends.answer(userId);
        this.#presence.cancelDeparture(userId);
      } else {
        this.#presence.addDeparture({ userId, state, at: state === 'offline' ? heardAt : now }, now);
      }
      this.#tell({ type: 'presence', userId, state }, (socket) => socket.id !== newcomer);
    }
    this.#passOn(now);
    const times = [sight.next, this.#presence.nextDeparture()].filter((at) => at !== null);
    this.#alarm.arm(times.length > 0 ? Math.min(...times) : null, now);
    return sight.people;
  }

  /** Tells the service who left; what fails is told again later. */
  #passOn(now: number): void {
    const due = this.#presence.takeDepartures(now, now + DEPARTURE_RETRY_MS);
    if (due.length === 0) return;
    const { left, log } = this.#around;
    const told = left(this.#familyId, due).then(
      () => {
        for (const departure of due) this.#presence.dropDeparture(departure);
        this.#settle(this.#now());
      },
      (error) => log.warn('family.left_failed', { familyId: this.#familyId, ...errorFields(error) }),
    );
    this.ctx.waitUntil(told);
  }

  /** Everyone who is here, as last announced. */
  #here(): OnlineMember[] {
    return this.#presence
      .announced()
      .flatMap(({ userId, state, since }) => (state === 'offline' ? [] : [{ userId, state, since }]));
  }

  /** Sends a frame to open sockets: all of them, or those picked. */
  #tell(frame: object, whom: (socket: OpenSocket) => boolean = () => true): void {
    const text = JSON.stringify(frame);
    for (const socket of this.#sockets.open()) {
      if (whom(socket) && !this.#sockets.send(socket, text)) {
        this.#presence.dropDevice(socket.id, socket.heardAt);
      }
    }
  }

  /** Ends a connection whose person may not be here any more; no grace. */
  #dismiss(socket: OpenSocket, reason: string): void {
    this.#presence.deleteDevice(socket.id);
    this.#sockets.close(socket, CLOSE.policy, reason);
  }

  /** Answers a bad frame; the last of too many ends the connection. */
  #refuse(ws: WebSocket, error: FrameError, now: number): void {
    const socket = this.#sockets.read(ws);
    const { conduct, over } = countFault(socket.conduct, now);
    this.#sockets.update(socket, { conduct });
    this.#tell({ type: 'error', error }, ({ id }) => id === socket.id);
    if (!over) return;
    this.#presence.closeDevice(socket.id, now);
    this.#sockets.close(socket, CLOSE.policy, error);
  }

  /** Passes "typing" on to the other members of a thread. Comfort: when the database fails, nobody hears of it. */
  async #typing(ws: WebSocket, threadId: string, now: number): Promise<void> {
    const { membersOf, log } = this.#around;
    const { userId } = this.#sockets.read(ws);
    const load = () => membersOf(this.#familyId, threadId);
    try {
      const members = await this.#members.of(threadId, load, now);
      if (!members.has(userId)) return this.#refuse(ws, 'thread_not_found', now);
      const socket = this.#sockets.read(ws);
      const { conduct, due } = countTyping(socket.conduct, threadId, now);
      if (!due) return;
      this.#sockets.update(socket, { conduct });
      const others = (to: OpenSocket) => to.userId !== userId && members.has(to.userId);
      this.#tell({ type: 'typing', threadId, userId }, others);
    } catch (error) {
      log.warn('family.typing_failed', { familyId: this.#familyId, ...errorFields(error) });
    }
  }

  /** Makes room for one more socket of a person, or says why there is none. */
  #makeRoom({ userId }: Upgrade, now: number): AppError | null {
    const mine = this.#sockets.open().filter((socket) => socket.userId === userId);
    for (const oldest of mine.slice(0, Math.max(0, mine.length - MAX_SOCKETS_PERSON + 1))) {
      this.#presence.closeDevice(oldest.id, now);
      this.#sockets.close(oldest, CLOSE.replaced, 'another device took this place');
    }
    const open = this.#sockets.open();
    if (open.length < MAX_SOCKETS_FAMILY) return null;
    const silent = open.find((socket) => socket.heardAt + this.#around.settings.ttlMs <= now);
    if (!silent) {
      return new AppError('rate_limited', 'This family has too many open connections.', {
        retryAfterSeconds: 60,
      });
    }
    this.#presence.dropDevice(silent.id, silent.heardAt);
    this.#sockets.close(silent, CLOSE.goingAway, 'not heard of');
    return null;
  }
}

function beatId(userId: string, source: string): string {
  return `beat:${JSON.stringify([userId, source])}`;
}
