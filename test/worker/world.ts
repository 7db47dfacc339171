import {
  createExecutionContext,
  createMessageBatch,
  evictDurableObject,
  getQueueResult,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import { SignJWT } from 'jose';
import { inject } from 'vitest';
import '../support/provided.ts';
import { slotOfFamily } from '../../src/db/stores/slots.ts';
import type { Bindings } from '../../src/platform/deps.ts';
import type { DeliveryJob } from '../../src/platform/jobs.ts';
import worker from '../../src/worker.ts';
import { fillSlots } from '../stores/spread.ts';
import { type WatchedD1, watchD1 } from './counting.ts';
import { expectDescribed } from './described.ts';

/** The tests' environment: bindings and settings. */
export type TestEnv = Bindings & Record<string, unknown>;

/** A text as the simulated Twilio keeps it. */
export interface SimulatedText {
  seq: number;
  sid: string;
  to: string;
  from: string;
  body: string;
  status: string;
  segments: number;
  encoding: string;
  statusCallback: string | null;
  validityPeriod: number | null;
}

/** Who a request comes from: a person of a family, the host's service, or nobody. */
export type As = { userId: string; familyId: string } | 'service' | null;

/** A person to be mirrored. */
export interface Person {
  id: string;
  name: string;
  phone?: string;
  /** Verified and agreed; true unless said otherwise. */
  verified?: boolean;
  consented?: boolean;
}

/** An answer; its JSON has any shape and is asserted by the test. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: its shape is the test's business
  json: any;
  headers: Headers;
}

export interface RequestOptions {
  as?: As;
  body?: unknown;
  headers?: Record<string, string>;
  env?: Partial<TestEnv>;
}

const ORIGIN = 'https://portal.example.com';
let counter = 0;
let numbersTaken = 0;

/** Without 415, where the sender's own number is. */
const AREA_CODES = [
  202, 212, 213, 303, 305, 312, 404, 503, 512, 602, 617, 702, 713, 718, 773, 808, 206, 214, 615, 919,
];

/** Numbers that were set aside for fiction: 555-0100 to 555-0199 of each area code, over again after the last. */
function fictionalNumber(n: number): string {
  return `+1${AREA_CODES[Math.floor(n / 100) % AREA_CODES.length]}5550${100 + (n % 100)}`;
}

/**
 * A family of its own, with a simulated Twilio of its own, and the means to act and look.
 * @param numbers how many phone numbers to set aside for it
 * @param spread whether families are spread over the family databases, as they are in `npm start`
 */
export async function createWorld(
  settings: Record<string, string> = {},
  numbers = 10,
  { spread = false }: { spread?: boolean } = {},
) {
  const { origin: twilio } = await fetch(`http://127.0.0.1:${inject('twilioPort')}/`, {
    method: 'POST',
  }).then((answer) => answer.json() as Promise<{ origin: string }>);
  if (spread) await fillSlots();
  const watch: WatchedD1 = watchD1((bindings as unknown as Bindings).DB);
  const watched = Object.entries(bindings as unknown as Record<string, D1Database>).flatMap(([name, d1]) =>
    spread && name.startsWith('FAMILY_DB_') ? [[name, watch.also(d1)] as const] : [],
  );
  const jobs: { job: DeliveryJob; delaySeconds: number }[] = [];
  const queue = {
    fails: false,
    sendBatch: async (messages: Iterable<{ body: DeliveryJob }>, options?: { delaySeconds?: number }) => {
      if (queue.fails) throw new Error('Queue is overloaded');
      for (const { body } of messages) jobs.push({ job: body, delaySeconds: options?.delaySeconds ?? 0 });
    },
  };
  const env = {
    ...(bindings as unknown as TestEnv),
    ...Object.fromEntries(watched),
    ...settings,
    TWILIO_API_BASE: twilio,
    DB: watch.d1,
    DELIVERIES: queue,
    MOVES: { sendBatch: async () => undefined }, // Tests drive moves themselves.
  } as unknown as TestEnv;
  // One object as long as nothing changes, as in an isolate: what is derived from it is derived once.
  let unchanged = { ...env };
  const envWith = (more?: Partial<TestEnv>): TestEnv => (more ? { ...env, ...more } : unchanged);
  /** Changes settings from here on. */
  const set = (settings: Record<string, unknown>) => {
    Object.assign(env, settings);
    unchanged = { ...env };
  };
  const suffix = `${Date.now().toString(36)}${(counter++).toString(36)}`;
  const familyId = `fam_${suffix}`;
  const firstNumber = numbersTaken;
  numbersTaken += numbers;

  /** A bearer token of the host application. */
  const token = (as: Exclude<As, null>, expiresIn = '1h') =>
    new SignJWT(
      as === 'service' ? { scope: 'service' } : { familyId: as.familyId, name: 'Name of the token' },
    )
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(as === 'service' ? 'host' : as.userId)
      .setExpirationTime(expiresIn)
      .sign(new TextEncoder().encode(env.AUTH_SECRET as string));

  /** Sends a request through the Worker and waits for what it does afterwards. */
  async function send(
    method: string,
    path: string,
    { as = null, body, headers = {}, env: more }: RequestOptions = {},
  ) {
    const init: RequestInit = { method, headers: { ...headers }, redirect: 'manual' };
    const sent = init.headers as Record<string, string>;
    if (as !== null) sent.Authorization ??= `Bearer ${await token(as)}`;
    if (body !== undefined) {
      sent['Content-Type'] ??= 'application/json';
      init.body = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    }
    const ctx = createExecutionContext();
    const request = new Request(new URL(path, ORIGIN), init) as unknown as Request<
      unknown,
      IncomingRequestCfProperties
    >;
    const response = await worker.fetch(request, envWith(more), ctx);
    await waitOnExecutionContext(ctx);
    return response;
  }

  /** Sends a JSON request and reads the JSON answer. */
  async function api(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const response = await send(method, path, options);
    const text = await response.text();
    const json = text === '' ? null : JSON.parse(text);
    expectDescribed(method, path, response.status, json);
    return { status: response.status, json, headers: response.headers };
  }

  async function mirror(path: string, body: unknown): Promise<void> {
    const { status, json } = await api('PUT', `/api/admin/${path}`, { as: 'service', body });
    if (status !== 200) throw new Error(`Mirroring ${path} answered ${status}: ${JSON.stringify(json)}`);
  }

  /** A member of this world's family, as a caller. */
  const member = (userId: string) => ({ userId: `${userId}_${suffix}`, familyId });

  /** The n-th number of this world; no other world has it. */
  const phone = (n: number) => fictionalNumber(firstNumber + n);

  /** Mirrors the family, these people and a thread of all of them. */
  async function seed(people: Person[], threadId = 'thread'): Promise<void> {
    await mirror(`families/${familyId}`, { name: 'The Riveras', timeZone: 'America/New_York' });
    for (const { id, name, phone: number, verified = true, consented = true } of people) {
      const at = new Date(Date.now() - 86_400_000).toISOString();
      await mirror(`users/${member(id).userId}`, {
        familyId,
        name,
        ...(number ? { phone: number } : {}),
        ...(number && verified ? { phoneVerifiedAt: at } : {}),
        ...(number && verified && consented
          ? { smsConsent: { at, source: 'signup form', version: '2026-01' } }
          : {}),
      });
    }
    const memberIds = people.map(({ id }) => member(id).userId);
    await mirror(`threads/${thread(threadId)}`, { familyId, title: 'Sunday dinner', memberIds });
  }

  const thread = (id = 'thread') => `${id}_${suffix}`;

  /** Hands the queue's jobs to the consumer, as one batch; answers with what it acknowledged and retried. */
  async function drain(options: { keep?: boolean; env?: Partial<TestEnv> } = {}) {
    const taken = options.keep ? [...jobs] : jobs.splice(0);
    const messages = taken.map(({ job }, i) => ({
      id: `m${i}_${suffix}`,
      timestamp: new Date(),
      attempts: 1,
      body: job,
    }));
    const batch = createMessageBatch('fcs-deliveries', messages);
    const ctx = createExecutionContext();
    await worker.queue?.(batch, envWith(options.env), ctx);
    return { result: await getQueueResult(batch, ctx), jobs: taken.map(({ job }) => job) };
  }

  /** Calls the simulated Twilio's control API. */
  async function control<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${twilio}/simulator/api/${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The simulator answered ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** The texts that Twilio accepted, oldest first. */
  const texts = async (to?: string): Promise<SimulatedText[]> => {
    const query = new URLSearchParams({ direction: 'outbound', ...(to ? { phone: to } : {}) });
    return (await control<{ messages: SimulatedText[] }>('GET', `messages?${query}`)).messages;
  };

  /** The database that holds the family. */
  const familyDb = async (): Promise<D1Database> => {
    const { DB, ...stores } = bindings as unknown as Record<string, D1Database>;
    const inSlot = 'SELECT store FROM slots WHERE first <= ?1 AND last >= ?1';
    const row = await DB!
      .prepare(inSlot)
      .bind(await slotOfFamily(familyId))
      .first<{ store: string }>();
    return stores[`FAMILY_DB_${row?.store.replace('d1:', '')}`] ?? DB!;
  };

  /** All delivery rows of the family, oldest first. */
  const rows = async () => {
    const db = await familyDb();
    const { results } = await db
      .prepare('SELECT * FROM sms_delivery_log WHERE family_id = ? ORDER BY id, user_id')
      .bind(familyId)
      .all<Record<string, string | number | null>>();
    return results;
  };

  /** A pause that the carrier's answer brought to the sender is over. */
  const rested = async () => {
    const name = `${twilio} ${env.TWILIO_SID} ${env.TWILIO_FROM}`;
    const stub = env.SENDER.get(env.SENDER.idFromName(name));
    await runInDurableObject(stub, (_, { storage }) => storage.delete('pace'));
    await evictDurableObject(stub);
  };

  return {
    origin: ORIGIN,
    env,
    set,
    twilio,
    watch,
    jobs,
    queue,
    familyId,
    token,
    send,
    api,
    mirror,
    member,
    phone,
    seed,
    thread,
    drain,
    control,
    texts,
    rows,
    familyDb,
    rested,
  };
}

/** See {@link createWorld}. */
export type World = Awaited<ReturnType<typeof createWorld>>;
