import { DAY_MS, HOUR_MS, MINUTE_MS } from '../time.ts';

/**
 * The budget of the whole service (`SMS_SERVICE_DAILY_CAP`, `SMS_SERVICE_HOURLY_CAP`), which families take in leases. What
 * was leased counts as texted, so that no cap is ever passed; a lease is over after a minute, and counts a minute longer
 * than the cap's hour or day. Minutes and hours are numbered from the epoch.
 */

/** Texts of the service in any hour and any 24 hours; 0: no cap. */
export interface ServiceCaps {
  hourly: number;
  daily: number;
}

/** What the budget's object keeps. */
export interface BudgetState {
  /** Texts leased in a minute, of the last day. */
  minutes: Record<number, number>;
  /** Texts leased in an hour, of the last week. */
  hours: Record<number, number>;
  /** How much of each cap operators were told of, in percent, and of which hour that it is unusual. */
  told: { hourly: number; daily: number; unusual: number };
}

/** A budget of which nothing was taken. */
export const UNTOUCHED: BudgetState = { minutes: {}, hours: {}, told: { hourly: 0, daily: 0, unusual: 0 } };

/** What a family asks for. */
export interface LeaseRequest {
  /** Texts that are to leave now. */
  need: number;
  /** The size of its last lease, if that was used up before it ended; else 0. */
  usedUp: number;
  /** What is left of a lease that has ended, and the minute in which it was given. */
  giveBack: { count: number; minute: number } | null;
}

/** The answer: so many texts may leave until `ends`; when none, there is room again at `until`. Times are ms UTC. */
export interface Lease {
  granted: number;
  minute: number;
  ends: number;
  until: number;
}

/** Something that operators should know. */
export interface BudgetWarning {
  kind: 'service_cap_half' | 'service_cap_near' | 'service_cap_reached' | 'texts_unusual';
  message: string;
}

/** The most texts in one lease. */
export const LARGEST_LEASE = 50;
/** How long a lease may be used. */
export const LEASE_MS = MINUTE_MS;
/** Below this room a lease is no larger than what is needed at once, so that none is kept from others. */
const SCARCE = 4 * LARGEST_LEASE;
/** A lease is used for a minute, and its own minute has begun before: it counts two longer. */
const SPANS = { hourly: HOUR_MS / MINUTE_MS + 2, daily: DAY_MS / MINUTE_MS + 2 };
const WEEK_HOURS = (7 * DAY_MS) / HOUR_MS;
/** An hour is unusual when it has so many times the texts of the same hour a week ago, and that had some. */
const UNUSUAL_TIMES = 4;
const SOME_TEXTS = 5;
const LEVELS = [
  { percent: 50, kind: 'service_cap_half', advice: '' },
  { percent: 80, kind: 'service_cap_near', advice: ' Raise the cap, or find out who sends.' },
  {
    percent: 100,
    kind: 'service_cap_reached',
    advice: ' What comes now waits, or expires. Raise the cap, or find out who sends.',
  },
] as const;
const NAMES = { hourly: 'SMS_SERVICE_HOURLY_CAP', daily: 'SMS_SERVICE_DAILY_CAP' } as const;

type Counts = Record<number, number>;

/** The counts from a number on, without what is empty. */
const since = (counts: Counts, first: number): Counts =>
  Object.fromEntries(Object.entries(counts).filter(([at, count]) => Number(at) >= first && count > 0));

const sum = (counts: Counts) => Object.values(counts).reduce((all, count) => all + count, 0);

/** The room of one cap, and when there is some again, ms UTC. */
function roomOf(minutes: Counts, cap: number, span: number, minute: number) {
  if (cap === 0) return { used: 0, room: Number.POSITIVE_INFINITY, until: 0 };
  const counted = since(minutes, minute - span + 1);
  const used = sum(counted);
  let over = used - cap;
  let until = 0;
  for (const [at, count] of Object.entries(counted)) {
    if (over < 0) break;
    over -= count;
    until = (Number(at) + span) * MINUTE_MS;
  }
  return { used, room: Math.max(0, cap - used), until };
}

const add = (counts: Counts, at: number, count: number): Counts => ({
  ...counts,
  [at]: Math.max(0, (counts[at] ?? 0) + count),
});

const percentOf = (used: number, cap: number) => (cap === 0 ? 0 : (used / cap) * 100);

/** The highest level that is reached, in percent; 0: none. */
const levelOf = (used: number, cap: number): number =>
  LEVELS.findLast(({ percent }) => percentOf(used, cap) >= percent)?.percent ?? 0;

/** What is used of the caps. */
type Used = Record<'hourly' | 'daily', number>;

/**
 * The warnings that a lease calls for, and what is told of then.
 * @param was what was used before it
 */
function warningsOf(state: BudgetState, caps: ServiceCaps, was: Used, now: number) {
  const minute = Math.floor(now / MINUTE_MS);
  const hour = Math.floor(now / HOUR_MS);
  const told = { ...state.told };
  const warnings: BudgetWarning[] = [];
  for (const which of ['hourly', 'daily'] as const) {
    const cap = caps[which];
    const { used } = roomOf(state.minutes, cap, SPANS[which], minute);
    // What was told of counts until there is room again.
    const known = Math.min(told[which], levelOf(was[which], cap));
    for (const { percent, kind, advice } of LEVELS) {
      if (percent <= known || percentOf(used, cap) < percent) continue;
      warnings.push({ kind, message: `${used} of ${cap} texts of ${NAMES[which]} are used.${advice}` });
    }
    told[which] = levelOf(used, cap);
  }
  const before = state.hours[hour - WEEK_HOURS] ?? 0;
  const current = state.hours[hour] ?? 0;
  if (told.unusual !== hour && before >= SOME_TEXTS && current >= before * UNUSUAL_TIMES) {
    told.unusual = hour;
    const message = `${current} texts in this hour, ${before} in the same hour a week ago. Find out who sends.`;
    warnings.push({ kind: 'texts_unusual', message });
  }
  return { told, warnings };
}

/**
 * Leases texts to a family, at most {@link LARGEST_LEASE}.
 * @param now ms UTC
 */
export function leaseTexts(
  state: BudgetState,
  { need, usedUp, giveBack }: LeaseRequest,
  caps: ServiceCaps,
  now: number,
): { state: BudgetState; lease: Lease; warnings: BudgetWarning[] } {
  const minute = Math.floor(now / MINUTE_MS);
  const hour = Math.floor(now / HOUR_MS);
  let minutes = since(state.minutes, minute - SPANS.daily + 1);
  let hours = since(state.hours, hour - WEEK_HOURS);
  if (giveBack !== null && giveBack.count > 0 && minutes[giveBack.minute] !== undefined) {
    minutes = add(minutes, giveBack.minute, -giveBack.count);
    hours = add(hours, Math.floor((giveBack.minute * MINUTE_MS) / HOUR_MS), -giveBack.count);
  }
  const hourly = roomOf(minutes, caps.hourly, SPANS.hourly, minute);
  const daily = roomOf(minutes, caps.daily, SPANS.daily, minute);
  const rooms = [hourly, daily];
  const was = { hourly: hourly.used, daily: daily.used };
  const room = Math.min(...rooms.map((one) => one.room));
  const wanted = room < SCARCE ? need : Math.max(need, 2 * usedUp);
  const granted = Math.max(0, Math.min(room, LARGEST_LEASE, wanted));
  minutes = add(minutes, minute, granted);
  hours = add(hours, hour, granted);
  const { told, warnings } = warningsOf({ minutes, hours, told: state.told }, caps, was, now);
  const until = Math.max(now + MINUTE_MS, ...rooms.filter((one) => one.room === 0).map((one) => one.until));
  return {
    state: { minutes, hours, told },
    lease: { granted, minute, ends: now + LEASE_MS, until },
    warnings,
  };
}
