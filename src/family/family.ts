import { DurableObject } from 'cloudflare:workers';
import { openObjectDb } from '../db/object/object-db.ts';
import type {
  Admission,
  Candidate,
  FamilyRpc,
  OnlineMember,
  PersonLimits,
  Publication,
  Unused,
} from '../platform/family/family-rpc.ts';
import { errorFields } from '../platform/log.ts';
import { MINUTE_MS } from '../platform/time.ts';
import { Alarm } from './alarm.ts';
import type { FamilyDeps } from './family-deps.ts';
import { MetaStore } from './meta-store.ts';
import { dropOrphans, evaluatePresence } from './presence/evaluate-presence.ts';
import type { Presence } from './presence/presence.ts';
import { PresenceStore } from './presence/presence-store.ts';
import { admitCandidates } from './sends/admission.ts';
import { LeaseStore } from './sends/lease.ts';
import { personLimits } from './sends/person-limits.ts';
import { SendStore } from './sends/send-store.ts';
import { retentionMs } from './sends/windows.ts';
import { Channel } from './sockets/channel.ts';
import { MessageSequencer } from './sockets/message-sequencer.ts';
import { Sockets } from './sockets/sockets.ts';
import { PROTOCOL, readUpgrade } from './sockets/upgrade.ts';

const DEPARTURE_RETRY_MS = 30_000;
/** A batch of a family needs two leases at the most. */
const LEASES_AT_ONCE = 3;
/** Interval at which open sockets are checked against ended sessions and deleted people. */
const RECHECK_MS = 180_000;

/**
 * The Durable Object of one family: presence, sockets, and admission of texts. All state that matters is in
 * storage or in socket attachments, so the object may be evicted at any moment. Each call ends with a refresh
 * of presence, which also sets the one alarm to the earliest deadline.
 */
export abstract class FamilyObject<Env> extends DurableObject<Env> implements FamilyRpc {
  readonly #sockets: Sockets;
  readonly #presence: PresenceStore;
  readonly #sends: SendStore;
  readonly #meta: MetaStore;
  readonly #lease: LeaseStore;
  readonly #alarm: Alarm;
  readonly #channel: Channel;
  readonly #sequencer = new MessageSequencer();
  #orphansDropped = false;
  #cachedHost: FamilyDeps | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const db = openObjectDb(ctx.storage.sql);
    this.#sockets = new Sockets(ctx);
    this.#presence = new PresenceStore(db);
    this.#sends = new SendStore(db);
    this.#meta = new MetaStore(db);
    this.#lease = new LeaseStore(this.#meta);
    this.#alarm = new Alarm(ctx.storage, this.#meta);
    this.#channel = new Channel(
      this.#sockets,
      this.#presence,
      () => this.#familyId,
      () => this.#host,
    );
  }

  /** The object's dependencies; called once. */
  protected abstract createHost(): FamilyDeps;

  get #host(): FamilyDeps {
    this.#cachedHost ??= this.createHost();
    return this.#cachedHost;
  }

  get #familyId(): string {
    const { name } = this.ctx.id;
    if (name === undefined) throw new Error('A Family object must be created with idFromName(familyId)');
    return name;
  }

  async admit(candidates: Candidate[]): Promise<Admission[]> {
    const first = this.#admit(candidates, null);
    const { lease } = this.#host;
    const admissions = new Map(first.map((admission) => [admission.deliveryId, admission]));
    for (let round = 0; lease && round < LEASES_AT_ONCE; round++) {
      const short = candidates.filter(({ deliveryId }) => admissions.get(deliveryId)?.beyondBudget);
      if (short.length === 0) break;
      const now = this.#now();
      const given = await lease(this.#lease.request(short.length, now));
      this.#lease.take(given, this.#now());
      for (const admission of this.#admit(short, given.until))
        admissions.set(admission.deliveryId, admission);
      if (given.granted === 0) break;
    }
    return candidates.map(({ deliveryId }) => admissions.get(deliveryId)!);
  }

  /**
   * Decides about candidates by presence, windows, caps and what is left of the lease.
   * @param budgetUntil when the service's budget has room again, ms; null: not asked yet
   */
  #admit(candidates: Candidate[], budgetUntil: number | null): Admission[] {
    const now = this.#now();
    const { settings, decide, lease } = this.#host;
    const people = this.#refresh(now);
    return this.#atOnce(() => {
      this.#sends.prune(now - retentionMs(settings));
      const left = lease ? this.#lease.left(now) : 0;
      const budget = lease ? { left, until: budgetUntil ?? now + MINUTE_MS } : null;
      const context = { sends: this.#sends, people, settings, budget };
      const admissions = admitCandidates(context, candidates, decide, now);
      if (budget && budget.left < left) this.#lease.keep(budget.left);
      return admissions;
    });
  }

  /** Runs work in one storage transaction: all of it is stored, or nothing. */
  #atOnce<T>(work: () => T): T {
    try {
      return this.ctx.storage.transactionSync(work);
    } catch (error) {
      this.#sends.reload();
      this.#meta.reload();
      throw error;
    }
  }

  async release(unused: Unused[]): Promise<void> {
    const released = this.#atOnce(() => unused.filter((text) => this.#sends.release(text)));
    if (this.#host.lease) this.#lease.refund(released.length);
    this.#refresh(this.#now());
  }

  async presence(): Promise<OnlineMember[]> {
    this.#refresh(this.#now());
    return this.#onlineMembers();
  }

  async heartbeat(userId: string, state: 'active' | 'away', source = ''): Promise<OnlineMember[]> {
    const now = this.#now();
    this.#presence.saveDevice({ id: beatId(userId, source), userId, state, open: false }, now);
    this.#refresh(now);
    return this.#onlineMembers();
  }

  async hostPresence(userIds: string[], until: number): Promise<void> {
    const now = this.#now();
    const named = new Map(userIds.map((userId) => [hostDeviceId(userId), userId]));
    for (const { id } of this.#presence.devices()) {
      if (id.startsWith(HOST_DEVICE) && !named.has(id)) this.#presence.deleteDevice(id);
    }
    // A device counts for the TTL after it was heard of: here that is until the time that the host has named.
    const heardAt = until - this.#host.settings.ttlMs;
    for (const [id, userId] of named) {
      this.#presence.saveDevice({ id, userId, state: 'active', open: false }, heardAt);
    }
    this.#refresh(now);
  }

  async returned(userId: string, threadId?: string): Promise<void> {
    this.#sends.markAnswered(userId, threadId);
    this.#refresh(this.#now());
  }

  async publish(publications: Publication[]): Promise<void> {
    await this.#broadcast(publications);
    this.#refresh(this.#now());
  }

  async announce(publication: Publication, candidates: Candidate[]): Promise<Admission[]> {
    await this.#broadcast([publication]);
    if (candidates.length > 0) return await this.admit(candidates);
    this.#refresh(this.#now());
    return [];
  }

  async #broadcast(publications: Publication[]): Promise<void> {
    for (const { event, to } of publications) {
      if (event.type === 'message') {
        const { seq, authorId } = event.message;
        await this.#sequencer.wait(event.threadId, seq, this.#meta.lastSeq(event.threadId));
        this.#meta.saveSeq(event.threadId, seq);
        this.#sends.markAnswered(authorId, event.threadId);
        this.#sequencer.delivered(event.threadId, seq);
      }
      if (event.type === 'read') this.#sends.markAnswered(event.userId, event.threadId);
      if (event.type === 'thread') this.#channel.membersChanged();
      const people = new Set(to);
      this.#channel.broadcast(event, (socket) => people.has(socket.userId));
    }
  }

  async limits(userId: string): Promise<PersonLimits> {
    const now = this.#now();
    const presence = this.#refresh(now).get(userId)?.state ?? 'offline';
    return { presence, ...personLimits(this.#sends, userId, this.#host.settings, now) };
  }

  async disconnectSession(sessionId: string): Promise<void> {
    this.#channel.disconnect((socket) => socket.sessionId === sessionId, 'session ended');
    for (const { id, userId } of this.#presence.devices()) {
      if (id === beatId(userId, sessionId)) this.#presence.deleteDevice(id);
    }
    this.#refresh(this.#now());
  }

  async forgetUser(userId: string): Promise<void> {
    this.#channel.disconnect((socket) => socket.userId === userId, 'account removed');
    const wasHere = this.#presence.announced().some((person) => person.userId === userId);
    this.#presence.forget(userId);
    this.#sends.forget(userId);
    this.#channel.membersChanged();
    if (wasHere) this.#channel.broadcast({ type: 'presence', userId, state: 'offline' });
    this.#refresh(this.#now());
  }

  override async fetch(request: Request): Promise<Response> {
    const upgrade = readUpgrade(request);
    if (!upgrade || upgrade.familyId !== this.#familyId) return new Response(null, { status: 403 });
    const now = this.#now();
    this.#refresh(now);
    const refusal = this.#channel.makeRoom(upgrade.userId, now);
    if (refusal) return Response.json(refusal, { status: refusal.status, headers: refusal.headers() });
    const { 0: client, 1: server } = new WebSocketPair();
    const { userId } = upgrade;
    const id = crypto.randomUUID();
    const { state, protocol, ...identity } = upgrade;
    this.#sockets.accept(server, id, identity, now);
    this.#presence.saveDevice({ id, userId, state, open: true }, now);
    this.#refresh(now, id);
    const online = this.#onlineMembers().map((person) => ({ userId: person.userId, state: person.state }));
    this.#channel.broadcast({ type: 'snapshot', online }, (socket) => socket.id === id);
    const headers = protocol === PROTOCOL ? { 'Sec-WebSocket-Protocol': PROTOCOL } : undefined;
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  override async webSocketMessage(ws: WebSocket, data: string | ArrayBuffer): Promise<void> {
    if (ws.readyState !== WebSocket.READY_STATE_OPEN) return;
    const now = this.#now();
    await this.#channel.handleFrame(ws, data, now);
    this.#refresh(now);
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
    this.#refresh(now);
  }

  override async webSocketError(ws: WebSocket): Promise<void> {
    const socket = this.#sockets.read(ws);
    this.#presence.dropDevice(socket.id, socket.heardAt);
    this.#refresh(this.#now());
  }

  override async alarm(): Promise<void> {
    const now = this.#now();
    this.#alarm.fired();
    this.#refresh(now);
    await this.#recheck(now);
  }

  /** Ending a session or an account closes its sockets too, but that process may die in between. */
  async #recheck(now: number): Promise<void> {
    if ((this.#meta.get('rechecked_at') ?? 0) + RECHECK_MS > now) return;
    try {
      await this.#channel.disconnectEnded();
      this.#meta.set('rechecked_at', now);
      this.#refresh(this.#now());
    } catch (error) {
      this.#host.log.warn('family.not_rechecked', { familyId: this.#familyId, ...errorFields(error) });
    }
  }

  /** The time of a call. The first call after an eviction takes over the sockets that are gone. */
  #now(): number {
    const now = this.#host.now();
    if (!this.#orphansDropped) dropOrphans(this.#presence, this.#sockets, this.#alarm.dueAt, now);
    this.#orphansDropped = true;
    return now;
  }

  /**
   * Evaluates presence, broadcasts changes, and sets the alarm.
   * @param newcomer - id of a socket that is about to get a snapshot
   */
  #refresh(now: number, newcomer?: string): ReadonlyMap<string, Presence> {
    const evaluation = evaluatePresence(this.#presence, this.#sockets, this.#host.settings, now);
    for (const { userId, state, heardAt } of evaluation.changes) {
      if (state === 'online') {
        this.#sends.markAnswered(userId);
        this.#presence.cancelDeparture(userId);
      } else {
        const at = state === 'offline' ? Math.min(heardAt, now) : now;
        this.#presence.addDeparture({ userId, state, at }, now);
      }
      this.#channel.broadcast({ type: 'presence', userId, state }, (socket) => socket.id !== newcomer);
    }
    this.#reportDepartures(now);
    const times = [evaluation.next, this.#presence.nextDeparture()].filter((at) => at !== null);
    this.#alarm.schedule(times.length > 0 ? Math.min(...times) : null, now);
    return evaluation.people;
  }

  /** Reports departures to the service; failed reports are repeated later. */
  #reportDepartures(now: number): void {
    const due = this.#presence.takeDepartures(now, now + DEPARTURE_RETRY_MS);
    if (due.length === 0) return;
    const { reportDepartures, log } = this.#host;
    const told = reportDepartures(this.#familyId, due).then(
      () => {
        for (const departure of due) this.#presence.dropDeparture(departure);
        this.#refresh(this.#now());
      },
      (error) => log.warn('family.left_failed', { familyId: this.#familyId, ...errorFields(error) }),
    );
    this.ctx.waitUntil(told);
  }

  /** Everyone who is online or away, as last broadcast. */
  #onlineMembers(): OnlineMember[] {
    return this.#presence.announced().map(({ userId, state, since }) => ({ userId, state, since }));
  }
}

/** Prefix of the ids of devices that represent presence reported by the host. */
const HOST_DEVICE = 'host:';

const hostDeviceId = (userId: string): string => HOST_DEVICE + userId;

function beatId(userId: string, source: string): string {
  return `beat:${JSON.stringify([userId, source])}`;
}
