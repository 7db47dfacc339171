import { env } from 'cloudflare:workers';
import { type Databases, openDatabases } from '../../src/db/client.ts';
import { createAlerts } from '../../src/platform/alerts.ts';
import { type Config, parseConfig } from '../../src/platform/config.ts';
import type { Bindings, Deps } from '../../src/platform/deps.ts';
import { createEdgeLimits } from '../../src/platform/edge-limits.ts';
import type { FamilyRpc } from '../../src/platform/family/family-rpc.ts';
import type { LogFields } from '../../src/platform/log.ts';
import { phones } from '../../src/platform/sms/phone-number.ts';
import type { CarrierText, OutgoingText, SendOutcome } from '../../src/platform/sms/twilio.ts';
import { workerSettings } from '../support/settings.ts';
import { type RawDb, rawDb } from '../support/sql.ts';
import { type WatchedD1, watchD1 } from './counting.ts';
import { noteTrip, type Realm } from './realms.ts';

const bindings = env as unknown as Bindings;

/** A carrier in memory: keeps what it accepts, and answers as told. */
export interface FakeCarrier {
  /** Every text that was handed over, accepted or not. */
  tried: OutgoingText[];
  /** The texts that were accepted. */
  sent: OutgoingText[];
  /** The outcome of the next sends; accepted once the list is empty. `lost`: accepted, but the answer is lost. */
  outcomes: (Exclude<SendOutcome, { kind: 'accepted' }> | { kind: 'lost' })[];
  /** Bodies of the accepted texts to one number. */
  to(number: string): string[];
}

/** Every database that is bound: the directory and the stores of families. */
export const allDatabases = (env: object): D1Database[] =>
  Object.entries(env).flatMap(([name, binding]) =>
    name === 'DB' || name.startsWith('FAMILY_DB_') ? [binding as D1Database] : [],
  );

/** Dependencies by hand: the real D1, everything else in memory, and a clock that only tests move. */
export interface TestDeps extends Deps {
  clock: { now: number };
  /** The real D1, watched: counts trips, and fails where told to. */
  d1: WatchedD1;
  /** The same database for a test's own questions: they may scan, and are not counted. */
  unwatched: RawDb;
  carrier: FakeCarrier;
  /** Calls to the Family object, such as `fam_1 disconnectSession ses_1`. */
  familyCalls: string[];
  /** Makes the Family object fail while true. */
  familyDown: { value: boolean };
  logged: { level: string; event: string; fields: LogFields }[];
  alerts: string[];
  /** Waits for what goes on after the answer. */
  idle(): Promise<void>;
}

const toCarrierText = ({ body }: OutgoingText, createdAt: number): CarrierText => ({
  sid: `SM${crypto.randomUUID().replaceAll('-', '')}`,
  status: 'queued',
  body,
  segments: 1,
  errorCode: null,
  createdAt,
});

/** A database that records whether it was reached as the directory or as a family's. */
function taggedDatabase(d1: D1Database, realm: Realm): D1Database {
  return {
    prepare: (query: string) => {
      noteTrip([query], realm);
      return d1.prepare(query);
    },
    batch: (statements: D1PreparedStatement[]) => d1.batch(statements),
  } as D1Database;
}

/** The databases as they will be one day, the directory apart from the families; here both are the one D1. */
function splitDatabases(d1: D1Database): Databases {
  const { directory } = openDatabases({ DB: taggedDatabase(d1, 'directory') });
  const families = openDatabases({ DB: taggedDatabase(d1, 'family') });
  return { ...families, directory };
}

/** Builds test dependencies. @param settings override those of the tests */
export function testDeps(settings: Record<string, string> = {}): TestDeps {
  const d1 = watchD1(bindings.DB);
  const config: Config = parseConfig({ ...workerSettings(1), ...settings });
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const pending = new Set<Promise<unknown>>();
  const accepted: { text: OutgoingText; at: number }[] = [];
  const carrier: FakeCarrier = {
    tried: [],
    sent: [],
    outcomes: [],
    to: (number) => carrier.sent.filter((text) => text.to === number).map(({ body }) => body),
  };
  const familyCalls: string[] = [];
  const familyDown = { value: false };
  const logged: TestDeps['logged'] = [];
  const alerts: string[] = [];
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}) =>
      void logged.push({ level, event, fields });
  const log = { info: at('info'), warn: at('warn'), error: at('error') };
  const db = splitDatabases(d1.d1);
  const family = (familyId: string) =>
    new Proxy({} as FamilyRpc, {
      get:
        (_, method) =>
        async (...args: unknown[]) => {
          if (familyDown.value) throw new Error('Network connection lost.');
          familyCalls.push([familyId, String(method), ...args].join(' '));
          return [];
        },
    });
  const keep = createAlerts({ directory: openDatabases(bindings).directory, config, log, now });
  return {
    config,
    d1,
    unwatched: rawDb(allDatabases(bindings)),
    db,
    now,
    clock,
    carrier,
    familyCalls,
    phones,
    familyDown,
    // Their windows are the real minutes; tests that are about them bring their own.
    edge: createEdgeLimits({}),
    sender: () => ({
      take: async ({ urgent, families }) => ({
        urgent,
        lightReturning: families.reduce((sum, { returning }) => sum + returning, 0),
        light: families.reduce((sum, { fresh }) => sum + fresh, 0),
        returning: 0,
        fresh: 0,
        turns: { urgent: [], lightReturning: [], light: [], returning: [], fresh: [] },
        lightFamilies: families.map(({ familyId }) => familyId),
      }),
      slow: async () => undefined,
    }),
    logged,
    alerts,
    log,
    family,
    sms: {
      send: async (text) => {
        carrier.tried.push(text);
        const outcome = carrier.outcomes.shift();
        if (outcome && outcome.kind !== 'lost') return outcome;
        carrier.sent.push(text);
        accepted.push({ text, at: clock.now });
        if (outcome) return { kind: 'ambiguous', code: 'timeout' };
        return { kind: 'accepted', text: toCarrierText(text, clock.now) };
      },
      find: async ({ to, reference, since }) => {
        const known = accepted.find(
          ({ text, at: when }) => text.to === to && text.body.includes(reference) && when >= since - 60_000,
        );
        return known ? toCarrierText(known.text, known.at) : null;
      },
      redact: async () => 'done',
    },
    enqueue: async () => undefined,
    enqueueEvents: async () => undefined,
    enqueueMove: async () => undefined,
    enqueueSweeps: async () => undefined,
    postPace: { turn: async () => ({ gatherSeconds: 0, report: () => undefined }) },
    requestPace: { turn: async () => undefined, add: () => undefined, done: () => undefined },
    strangersPace: { turn: async () => ({ settle: () => undefined }) },
    pauses: async () => [],
    enqueueOptOut: async () => undefined,
    alert: async (kind, message) => {
      alerts.push(kind);
      await keep(kind, message);
    },
    afterwards: (work) => {
      const kept = work
        .catch((error) => log.error('afterwards.failed', { error: String(error) }))
        .finally(() => pending.delete(kept));
      pending.add(kept);
    },
    idle: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
