import { DurableObject } from 'cloudflare:workers';
import type {
  Admission,
  Candidate,
  FamilyRpc,
  OnlineMember,
  Publication,
} from '../platform/family/family-rpc.ts';
import { errorFields } from '../platform/log.ts';
import { DAY_MS } from '../platform/time.ts';
import { Alarm } from './alarm.ts';
import type { FamilyHost } from './host.ts';
import { MetaStore } from './meta-store.ts';
import type { Presence } from './presence/presence.ts';
import { PresenceStore } from './presence/presence-store.ts';
import { adoptOrphans, lookAround } from './presence/watch.ts';
import { admitAll } from './sends/admission.ts';
import { SendStore } from './sends/send-store.ts';
import { memoryMs } from './sends/windows.ts';
import { Channel } from './sockets/channel.ts';
import { Sockets } from './sockets/sockets.ts';
import { Turns } from './sockets/turns.ts';
import { PROTOCOL, readUpgrade } from './sockets/upgrade.ts';

const DEPARTURE_RETRY_MS = 30_000;
/** So often it is asked whether the sessions of open sockets still live. */
const RECHECK_MS = 180_000;

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
  readonly #channel: Channel;
  readonly #turns = new Turns();
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
    this.#channel = new Channel(
      this.#sockets,
      this.#presence,
      () => this.#familyId,
      () => this.#around,
    );
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
      if (event.type === 'thread') this.#channel.membersChanged();
      const people = new Set(to);
      this.#channel.tell(event, (socket) => people.has(socket.userId));
    }
    this.#settle(this.#now());
  }

  async disconnectSession(sessionId: string): Promise<void> {
    this.#channel.dismiss((socket) => socket.sessionId === sessionId, 'session ended');
    for (const { id, userId } of this.#presence.devices()) {
      if (id === beatId(userId, sessionId)) this.#presence.deleteDevice(id);
    }
    this.#settle(this.#now());
  }

  async forgetUser(userId: string): Promise<void> {
    this.#channel.dismiss((socket) => socket.userId === userId, 'account removed');
    const wasHere = this.#presence.announced().some((person) => person.userId === userId);
    this.#presence.forget(userId);
    this.#sends.forget(userId);
    this.#channel.membersChanged();
    if (wasHere) this.#channel.tell({ type: 'presence', userId, state: 'offline' });
    this.#settle(this.#now());
  }

  override async fetch(request: Request): Promise<Response> {
    const upgrade = readUpgrade(request);
    if (!upgrade || upgrade.familyId !== this.#familyId) return new Response(null, { status: 403 });
    const now = this.#now();
    this.#settle(now);
    const refusal = this.#channel.makeRoom(upgrade.userId, now);
    if (refusal) return Response.json(refusal, { status: refusal.status, headers: refusal.headers() });
    const { 0: client, 1: server } = new WebSocketPair();
    const { userId } = upgrade;
    const id = crypto.randomUUID();
    const { state, protocol, ...identity } = upgrade;
    this.#sockets.accept(server, id, identity, now);
    this.#presence.saveDevice({ id, userId, state, open: true }, now);
    this.#settle(now, id);
    const online = this.#here().map((person) => ({ userId: person.userId, state: person.state }));
    this.#channel.tell({ type: 'snapshot', online }, (socket) => socket.id === id);
    const headers = protocol === PROTOCOL ? { 'Sec-WebSocket-Protocol': PROTOCOL } : undefined;
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  override async webSocketMessage(ws: WebSocket, data: string | ArrayBuffer): Promise<void> {
    if (ws.readyState !== WebSocket.READY_STATE_OPEN) return;
    const now = this.#now();
    await this.#channel.take(ws, data, now);
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
    await this.#recheck(now);
  }

  /** Whoever ends a session or an account closes its sockets too, but may die in between. */
  async #recheck(now: number): Promise<void> {
    if ((this.#meta.get('rechecked_at') ?? 0) + RECHECK_MS > now) return;
    try {
      await this.#channel.dismissEnded();
      this.#meta.set('rechecked_at', now);
      this.#settle(this.#now());
    } catch (error) {
      this.#around.log.warn('family.not_rechecked', { familyId: this.#familyId, ...errorFields(error) });
    }
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
      this.#channel.tell({ type: 'presence', userId, state }, (socket) => socket.id !== newcomer);
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
}

function beatId(userId: string, source: string): string {
  return `beat:${JSON.stringify([userId, source])}`;
}
