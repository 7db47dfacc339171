import { type DeliveryFacts, decide } from '../../src/notifications/send/policy.ts';
import { spreadMs } from '../../src/notifications/send/quiet-hours.ts';
import { IDLE, type PaceState, takePermits } from '../../src/platform/pace/pace.ts';
import { type Placement, percentile, randomOf } from './families.ts';
import { BATCH, CARRIER_MS, D1_FACTOR, SWEEP_PAGE } from './service-times.ts';

/** Seven o'clock in every zone: where people of the United States live. */
const ZONES = [
  { zone: 'America/New_York', share: 0.47 },
  { zone: 'America/Chicago', share: 0.29 },
  { zone: 'America/Denver', share: 0.07 },
  { zone: 'America/Los_Angeles', share: 0.17 },
];
/** A night in January: midnight in New York. */
const MIDNIGHT = Date.parse('2026-01-15T05:00:00Z');
const EXPIRY_MS = 86_400_000;
const FACTS = {
  kind: 'message',
  optedOut: false,
  smsEnabled: true,
  phoneVerified: true,
  phoneUnusable: false,
  countryAllowed: true,
  isMember: true,
  read: false,
  retracted: false,
  mutedUntil: null,
  quietStart: 21 * 60,
  quietEnd: 7 * 60,
  quietDelivery: 'defer',
} as const;
const AWAY = {
  presence: 'offline',
  windowUntil: null,
  everyThreadUntil: null,
  userCapUntil: null,
  familyCapUntil: null,
  share: null,
} as const;
const POLICY = { expiryMs: EXPIRY_MS, presentRecheckMs: 60_000, houseQuiet: null };

/** How a morning goes. */
export interface MorningOptions {
  families: number;
  seed: number;
  /** Texts a second that the senders take, and requests that Twilio takes at once. */
  perSecond: number;
  concurrency: number;
  /** A store that answers nothing from 07:01 in New York on, and for how long (s). */
  outage: { store: number; seconds: number } | null;
}

/** What came of it. Times in s after a text was due. */
export interface MorningResult {
  texts: number;
  sent: number;
  expired: number;
  lost: number;
  p50: number;
  p99: number;
  last: number;
  /** The same of the stores that were up all the time. */
  p99Elsewhere: number;
  /** Most texts that waited at the carrier at one moment, in s of its rate. */
  mostAhead: number;
}

/** The zone of somebody: `at` is where they stand in the row of all people, 0 to 1. */
function zoneAt(at: number): string {
  let before = 0;
  for (const { zone, share } of ZONES) {
    before += share;
    if (at < before) return zone;
  }
  return ZONES[0]!.zone;
}

/**
 * When the policy wants a text sent that was written at such a minute: asked once a minute and zone, since the answer
 * differs from text to text by their spread alone.
 */
function quietEnds() {
  const known = new Map<string, number>();
  return (timeZone: string, createdAt: number): number => {
    const key = `${timeZone} ${createdAt}`;
    const end = known.get(key);
    if (end !== undefined) return end;
    const facts: DeliveryFacts = {
      ...FACTS,
      deliveryId: key,
      urgent: false,
      createdAt,
      timeZones: [timeZone],
    };
    const verdict = decide(facts, AWAY, POLICY, createdAt);
    const found = verdict.action === 'defer' ? verdict.until - spreadMs(key) : createdAt;
    known.set(key, found);
    return found;
  };
}

/** Texts that the night has left, by the second at which the policy wants them sent, and by store. */
function duringTheNight({ families, seed }: MorningOptions, { storeOf }: Placement) {
  const random = randomOf(seed);
  const endOf = quietEnds();
  const due = new Map<number, Map<number, number>>();
  let texts = 0;
  for (let i = 0; i < families; i++) {
    if (random() >= 0.25) continue;
    // Written between midnight and four in New York, when it is night everywhere.
    const createdAt = MIDNIGHT + Math.floor(random() * 4 * 60) * 60_000;
    const until = endOf(zoneAt(random()), createdAt) + spreadMs(`dlv_${i}`);
    const second = Math.ceil((until - MIDNIGHT) / 1000);
    const store = storeOf(`fam_${i}`);
    const stores = due.get(second) ?? new Map<number, number>();
    stores.set(store, (stores.get(store) ?? 0) + 1);
    due.set(second, stores);
    texts += 1;
  }
  return { due, texts };
}

/** What a store's thread and the sweep let through in a second. */
const A_STORE_SECOND = Math.floor(
  Math.min(
    (1000 / (BATCH.sqlMs * D1_FACTOR)) * BATCH.texts,
    (1000 / (SWEEP_PAGE.sqlMs * D1_FACTOR + SWEEP_PAGE.queueMs)) * SWEEP_PAGE.rows,
  ),
);
const FROM_SEVEN_S = 7 * 3600;

/** Plays the morning in steps of one second: oldest first, each store by itself, at the pace of the senders. */
export function morning(options: MorningOptions, placed: Placement): MorningResult {
  const { perSecond, concurrency, outage } = options;
  const { due, texts } = duringTheNight(options, placed);
  const waits: number[] = [];
  const waitsElsewhere: number[] = [];
  let [sent, expired, backlog, mostAhead, last] = [0, 0, 0, 0, 0];
  let pace: PaceState = IDLE;
  const open: number[] = [];
  const seconds = [...due.keys()].sort((a, b) => a - b);
  const through = Math.floor((concurrency * 1000) / CARRIER_MS);
  for (let now = seconds[0] ?? 0, next = 0; next < seconds.length || open.length > 0; now++) {
    while (next < seconds.length && seconds[next]! <= now) {
      const second = seconds[next++]!;
      open.push(second);
      for (const count of due.get(second)!.values()) backlog += count;
    }
    if (open.length === 0) {
      now = seconds[next]! - 1;
      continue;
    }
    const left = new Map<number, number>();
    const isDown = (store: number) =>
      outage?.store === store && now >= FROM_SEVEN_S + 60 && now < FROM_SEVEN_S + 60 + outage.seconds;
    const unreachable =
      outage && isDown(outage.store)
        ? open.reduce((sum, second) => sum + (due.get(second)!.get(outage.store) ?? 0), 0)
        : 0;
    // Each has waited for its turn: the oldest go first.
    const asked = {
      urgent: 0,
      lightReturning: 0,
      light: 0,
      returning: Math.min(through, backlog - unreachable),
      fresh: 0,
    };
    const turns = takePermits(pace, asked, { perSecond, perDay: null }, MIDNIGHT + now * 1000);
    pace = turns.state;
    let room = turns.given.returning;
    let looked = 0;
    for (const second of open) {
      if (room <= 0) break;
      looked += 1;
      const stores = due.get(second)!;
      for (const [store, count] of stores) {
        const may = isDown(store) ? 0 : (left.get(store) ?? A_STORE_SECOND);
        const some = Math.min(count, may, room);
        if (some <= 0) continue;
        left.set(store, may - some);
        room -= some;
        sent += some;
        backlog -= some;
        last = Math.max(now - second, last);
        waits[now - second] = (waits[now - second] ?? 0) + some;
        if (store !== outage?.store)
          waitsElsewhere[now - second] = (waitsElsewhere[now - second] ?? 0) + some;
        if (some === count) stores.delete(store);
        else stores.set(store, count - some);
      }
    }
    mostAhead = Math.max(mostAhead, (pace.busyUntil - MIDNIGHT) / 1000 - now);
    // Written at two in the night on average: what is left a day later expires, with its reason.
    const isOver = now - 2 * 3600 > EXPIRY_MS / 1000;
    for (let i = (isOver ? open.length : looked) - 1; i >= 0; i--) {
      const stores = due.get(open[i]!)!;
      if (isOver) {
        for (const count of stores.values()) {
          expired += count;
          backlog -= count;
        }
        stores.clear();
      }
      if (stores.size === 0) open.splice(i, 1);
    }
  }
  return {
    texts,
    sent,
    expired,
    lost: texts - sent - expired,
    p50: percentile(waits, 0.5),
    p99: percentile(waits, 0.99),
    last,
    p99Elsewhere: percentile(waitsElsewhere, 0.99),
    mostAhead,
  };
}
