import { type DatabaseBindings, type Databases, openDatabases } from '../db/client.ts';
import type { StoreName } from '../db/stores/slots.ts';
import { createAlerts, type RaiseAlert } from './alerts.ts';
import { type Config, parseConfig } from './config.ts';
import { enqueueDeliveries } from './delivery-queues.ts';
import { createEdgeLimits, type EdgeLimitBindings, type EdgeLimits } from './edge-limits.ts';
import type { FamilyRpc } from './family/family-rpc.ts';
import { hintOfZone, type LocationHint } from './family/location-hint.ts';
import {
  type DeliveryJob,
  type EventJob,
  enqueue,
  type MoveJob,
  type OptOutJob,
  type SweepJob,
} from './jobs.ts';
import type { Log } from './log.ts';
import { type SenderRpc, senderClient } from './pace/pace-clients.ts';
import { type PostPace, postPaceOf } from './pace/post-pace.ts';
import { type RequestPace, requestPaceOf } from './pace/request-pace.ts';
import { type StrangersPace, strangersPaceOf } from './pace/strangers-pace.ts';
import { type Pause, readPauses } from './pauses.ts';
import { type Phones, phones } from './sms/phone-number.ts';
import type { Sender } from './sms/senders.ts';
import { createTwilio, type Sms } from './sms/twilio.ts';

/** The Worker's bindings beside its settings. */
export interface Bindings extends DatabaseBindings, EdgeLimitBindings {
  /** The first of them; others may be bound beside it, see `queue-groups.ts`. */
  DELIVERIES: Queue<DeliveryJob | OptOutJob>;
  EVENTS: Queue<EventJob>;
  MOVES: Queue<MoveJob>;
  SWEEPS: Queue<SweepJob>;
  FAMILY: DurableObjectNamespace;
  SENDER: DurableObjectNamespace;
  BUDGET: DurableObjectNamespace;
  ASSETS: Fetcher;
}

/** Dependencies of all code below the routes, injected. */
export interface Deps {
  config: Config;
  db: Databases;
  /** Milliseconds since the epoch. */
  now: () => number;
  sms: Sms;
  /** What is known of phone numbers. */
  phones: Phones;
  /** Enqueues deliveries to be processed, on the queue of their family's store. */
  enqueue: (jobs: DeliveryJob[], delaySeconds?: number) => Promise<void>;
  /** Enqueues the pushing of events to the receiver. */
  enqueueEvents: (job: EventJob, delaySeconds?: number) => Promise<void>;
  /** Enqueues sweeps of stores, each by itself. */
  enqueueSweeps: (jobs: SweepJob[]) => Promise<void>;
  /** Enqueues a step of a family's move. */
  enqueueMove: (job: MoveJob, delaySeconds?: number) => Promise<void>;
  /** Keeps an opt-out that the directory could not take. */
  enqueueOptOut: (job: OptOutJob, delaySeconds?: number) => Promise<void>;
  /**
   * A family's object. @param timeZone the family's, where it is at hand: what may be an object's first call is told where
   * to make it
   */
  family: (familyId: string, timeZone?: string | null) => FamilyRpc;
  /** A client of a sender's object, which grants turns for texts. */
  sender: (sender: Sender) => SenderRpc;
  /** The pace of posts. */
  postPace: PostPace;
  /** The pace of people's other requests. */
  requestPace: RequestPace;
  /** What strangers wait for when much is asked in vain. */
  strangersPace: StrangersPace;
  /** What operators have paused, as known for at most two seconds. Rejects when the directory does not answer. */
  pauses: () => Promise<readonly Pause[]>;
  /** Limits that cost no database. */
  edge: EdgeLimits;
  log: Log;
  alert: RaiseAlert;
  /** Continues work after the answer (`waitUntil`); failures are logged, never thrown. */
  afterwards: (work: Promise<unknown>) => void;
}

const parsed = new WeakMap<object, Config>();

/** The settings of an environment, parsed once. @throws ConfigError */
export function configOf(env: object): Config {
  const known = parsed.get(env);
  if (known) return known;
  const config = parseConfig(env as Record<string, unknown>);
  parsed.set(env, config);
  return config;
}

const carriers = new WeakMap<Config, Sms>();

/** The carrier by some settings, made once: most requests text nobody. */
function carrierOf(config: Config): Sms {
  const known = carriers.get(config) ?? createTwilio(config, () => Date.now());
  carriers.set(config, known);
  return known;
}

/** Two stacks, or an account and its copy for tests, have no sender in common. */
const senderAccount = ({ TWILIO_API_BASE, TWILIO_SID }: Config) => `${TWILIO_API_BASE} ${TWILIO_SID}`;

/** What one invocation changes within this time is announced to the queue of events by one message. */
const ANNOUNCE_MS = 50;

/** Creates the dependencies; the only place that does. `log`: what names the invocation. @throws ConfigError */
export function createDeps(
  env: Bindings,
  afterwards: (work: Promise<unknown>) => void,
  familyClient: (namespace: DurableObjectNamespace, familyId: string, hint: LocationHint | null) => FamilyRpc,
  log: Log,
): Deps {
  const config = configOf(env);
  const now = () => Date.now();
  const enqueueEvents = (job: EventJob, delaySeconds?: number) => enqueue(env.EVENTS, [job], delaySeconds);
  const announced = new Set<StoreName>();
  const announce = (store: StoreName) => {
    if (!config.EVENTS_URL || announced.has(store)) return;
    announced.add(store);
    const afterAll = async () => {
      await new Promise((resolve) => setTimeout(resolve, ANNOUNCE_MS));
      announced.delete(store);
      await enqueueEvents({ store });
    };
    afterwards(afterAll());
  };
  const db = openDatabases(env, config.MAP_SECONDS, announce);
  return {
    config,
    db,
    now,
    log,
    sms: carrierOf(config),
    phones,
    enqueue: (jobs, delaySeconds) => enqueueDeliveries(env, db.storeOf, jobs, delaySeconds),
    enqueueEvents,
    enqueueSweeps: (jobs) => enqueue(env.SWEEPS, jobs),
    enqueueMove: (job, delaySeconds) => enqueue(env.MOVES, [job], delaySeconds),
    enqueueOptOut: (job, delaySeconds) =>
      enqueue<DeliveryJob | OptOutJob>(env.DELIVERIES, [job], delaySeconds),
    family: (familyId, timeZone = null) =>
      familyClient(env.FAMILY, familyId, config.FAMILY_LOCATION ?? hintOfZone(timeZone)),
    edge: createEdgeLimits(env),
    sender: (sender) => senderClient(env.SENDER, senderAccount(config), sender),
    postPace: postPaceOf(env.DB, now),
    requestPace: requestPaceOf(env.DB, now),
    strangersPace: strangersPaceOf(env.DB, now),
    pauses: () => readPauses(db.directory, env.DB, now()),
    alert: createAlerts({ directory: db.directory, config, log, now }),
    afterwards,
  };
}
