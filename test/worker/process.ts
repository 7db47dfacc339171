import { env } from 'cloudflare:workers';
import { type DatabaseBindings, openDatabases } from '../../src/db/client.ts';
import { createAlerts } from '../../src/platform/alerts.ts';
import type { Config } from '../../src/platform/config.ts';
import type { Bindings, Deps } from '../../src/platform/deps.ts';
import { createEdgeLimits } from '../../src/platform/edge-limits.ts';
import { familyClient } from '../../src/platform/family/family-client.ts';
import { type DeliveryJob, enqueue } from '../../src/platform/jobs.ts';
import type { LogFields } from '../../src/platform/log.ts';
import { senderClient } from '../../src/platform/pace/pace-clients.ts';
import { phones } from '../../src/platform/sms/phone-number.ts';
import type { Sms } from '../../src/platform/sms/twilio.ts';
import { watchD1 } from './counting.ts';
import { statementName } from './statement-name.ts';

/** A call that a process makes to the world outside. */
export interface Call {
  kind: 'd1' | 'family' | 'sender' | 'queue' | 'carrier';
  /** The method; for the database the first words of each statement. */
  name: string;
  /** Of a call to a database: the name of its binding. */
  database: string | null;
  /** From 0, in its process. */
  number: number;
}

/**
 * A fault of a call, before or after its effect: an error is thrown, the process dies (whatever it does
 * next never ends), no answer ever comes, or the call waits for a promise.
 */
export interface CallFault {
  when: 'before' | 'after';
  how: Error | 'dies' | 'no answer' | Promise<void>;
}

/** Decides what happens to a call. */
export type FaultInjector = (call: Call) => CallFault | null;

/** How a process ended. */
export type End<T> = { kind: 'done'; value: T } | { kind: 'threw'; error: unknown } | { kind: 'died' };

/** What processes share: the queue and the carrier outlive them. */
export interface Surroundings {
  config: Config;
  /** Whose senders are asked for permission. */
  account: string;
  sms: Sms;
  /** The map of stores that their isolate has read, once it has. */
  map: { read: Promise<unknown> | null };
  /** Is told, before the caller can wait for it, of a call to which no answer will come. */
  onNoAnswer: () => void;
  /** Takes what is put into the queue. */
  enqueued: (job: DeliveryJob, delaySeconds: number) => void;
}

const { FAMILY, SENDER } = env as unknown as Bindings;
const DATABASES = Object.entries(env as unknown as Record<string, D1Database>).filter(
  ([name]) => name === 'DB' || name.startsWith('FAMILY_DB_'),
);
const never = new Promise<never>(() => undefined);

/** Reading the map of stores: what an isolate that has served before need not do. */
const isMapRead = (statements: readonly string[]) => statements.some((text) => text.includes('from "slots"'));

/**
 * One invocation of the Worker, with dependencies that are real (D1, the Family object) or stand-ins (queue,
 * carrier), each of whose calls can be made to fail.
 */
export function startProcess(
  { config, account, sms, map, onNoAnswer, enqueued }: Surroundings,
  inject: FaultInjector = () => null,
) {
  const calls: Call[] = [];
  const logged: { level: string; event: string; fields: LogFields }[] = [];
  const pending = new Set<Promise<unknown>>();
  let dead = false;
  let die: () => void = () => undefined;
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });

  async function applyFault({ how }: CallFault): Promise<void> {
    if (how instanceof Error) throw how;
    if (how === 'no answer') return await never;
    if (how !== 'dies') return await how;
    dead = true;
    die();
    return await never;
  }
  async function travel<T>(
    kind: Call['kind'],
    name: string,
    go: () => Promise<T>,
    database: string | null = null,
  ): Promise<T> {
    if (dead) return await never;
    const call = { kind, name, database, number: calls.length };
    calls.push(call);
    const fault = inject(call);
    if (fault?.how === 'no answer') onNoAnswer();
    if (fault?.when === 'before') await applyFault(fault);
    const result = await go();
    if (fault?.when === 'after') await applyFault(fault);
    return dead ? await never : result;
  }

  const watched = DATABASES.map(([database, d1]) => {
    const { d1: reached } = watchD1(d1, async <T>(statements: string[], go: () => Promise<T>): Promise<T> => {
      if (!isMapRead(statements)) {
        return await travel('d1', statements.map(statementName).join('; '), go, database);
      }
      map.read ??= go();
      return (await map.read) as T;
    });
    return [database, reached] as const;
  });
  const queue = {
    sendBatch: (messages: Iterable<{ body: DeliveryJob }>, options?: { delaySeconds?: number }) =>
      travel('queue', 'sendBatch', async () => {
        for (const { body } of messages) enqueued(body, options?.delaySeconds ?? 0);
      }),
  } as unknown as Queue<DeliveryJob>;
  const objects = (kind: 'family' | 'sender', real: DurableObjectNamespace) =>
    ({
      idFromName: (name: string) => real.idFromName(name),
      get: (id: DurableObjectId) => {
        const stub = real.get(id) as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
        return new Proxy(stub, {
          get:
            (_, method: string) =>
            (...args: unknown[]) =>
              travel(kind, method, async () => await stub[method]!(...args)),
        });
      },
    }) as unknown as DurableObjectNamespace;
  const namespace = objects('family', FAMILY);
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}) =>
      void logged.push({ level, event, fields });
  const log = { info: at('info'), warn: at('warn'), error: at('error') };
  const db = openDatabases(Object.fromEntries(watched) as unknown as DatabaseBindings);
  const now = () => Date.now();
  const deps: Deps = {
    config,
    db,
    now,
    log,
    phones,
    sms: {
      send: (text) => travel('carrier', 'send', () => sms.send(text)),
      find: (query) => travel('carrier', 'find', () => sms.find(query)),
      redact: (sid) => travel('carrier', 'redact', () => sms.redact(sid)),
    },
    enqueue: (jobs, delaySeconds) => enqueue(queue, jobs, delaySeconds),
    enqueueEvents: async () => undefined,
    enqueueMove: async () => undefined,
    enqueueSweeps: async () => undefined,
    enqueueOptOut: (job, delaySeconds) => enqueue(queue, [job as unknown as DeliveryJob], delaySeconds),
    family: (familyId) => familyClient(namespace, familyId, null),
    edge: createEdgeLimits({}),
    sender: (sender) => senderClient(objects('sender', SENDER), account, sender),
    postPace: { turn: async () => ({ gatherSeconds: 0, report: () => undefined }) },
    requestPace: { turn: async () => undefined, add: () => undefined, done: () => undefined },
    strangersPace: { turn: async () => ({ settle: () => undefined }) },
    pauses: async () => [],
    alert: createAlerts({ directory: db.directory, config, log, now }),
    afterwards: (work) => {
      const kept = work
        .catch((error) => log.error('afterwards.failed', { error: String(error) }))
        .finally(() => pending.delete(kept));
      pending.add(kept);
    },
  };

  /** Does some work, and waits for what goes on after its answer, until death. */
  async function run<T>(work: (deps: Deps) => Promise<T>): Promise<End<T>> {
    const worked = (async (): Promise<End<T>> => {
      let end: End<T>;
      try {
        end = { kind: 'done', value: await work(deps) };
      } catch (error) {
        end = { kind: 'threw', error };
      }
      while (pending.size > 0) await Promise.all(pending);
      return end;
    })();
    return await Promise.race([worked, died.then((): End<T> => ({ kind: 'died' }))]);
  }
  return { deps, calls, logged, run, kill: () => applyFault({ when: 'before', how: 'dies' }) };
}

/** See {@link startProcess}. */
export type Process = ReturnType<typeof startProcess>;
