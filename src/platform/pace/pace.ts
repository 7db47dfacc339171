import { carrierDayAfter } from '../sms/twilio-errors.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time.ts';

/**
 * The pace of one sender: a generic cell rate algorithm whose bucket holds a minute, so that a burst of a minute's
 * texts may go at once, and never more than a minute of them waits at Twilio. A text without room is given the time
 * of its turn; one that comes at its turn goes before new ones, and those of a family that asks for little
 * (`family-shares.ts`) do not wait behind the turns of one that asks for much.
 */

/** What a sender's object keeps. Times are ms UTC. */
export interface PaceState {
  /** When all that was granted will have left at the sender's rate. */
  busyUntil: number;
  /** The last turn that was given away, and the last of those of families that ask for little. */
  bookedUntil: number;
  lightUntil: number;
  /** Urgent texts that found no room lately, and until when room is kept for them. */
  urgentOwed: number;
  urgentUntil: number;
  /** Nothing goes before, and how long that pause is. */
  pausedUntil: number;
  pauseMs: number;
  /** Texts of the carriers' day, and when it ends. */
  today: number;
  dayEnds: number;
  /** When it was last asked. */
  seenAt: number;
}

/** A sender that has never sent. */
export const IDLE: PaceState = {
  busyUntil: 0,
  bookedUntil: 0,
  lightUntil: 0,
  urgentOwed: 0,
  urgentUntil: 0,
  pausedUntil: 0,
  pauseMs: 0,
  today: 0,
  dayEnds: 0,
  seenAt: 0,
};

/** The limits of a sender. */
export interface PaceLimits {
  perSecond: number;
  perDay: number | null;
}

/**
 * The kinds of texts, in the order in which they go: urgent ones, those of families that ask for little whose turn has come
 * and those that come anew, others whose turn has come, others that come anew.
 */
export const KINDS = ['urgent', 'lightReturning', 'light', 'returning', 'fresh'] as const;
export type Kind = (typeof KINDS)[number];

/** How many texts of each kind ask to go. */
export type PermitsAsked = Record<Kind, number>;

/** The answer: of each kind the first so many may go now; of the others each has its turn, ms UTC, in the same order. */
export interface PermitsGiven extends Record<Kind, number> {
  turns: Record<Kind, number[]>;
}

/** The most that may wait at the carrier, by the sender's rate. */
export const MOST_AHEAD_MS = MINUTE_MS;
/** Room is kept for an urgent text that found none for so long. */
const URGENT_KEPT_MS = 30 * SECOND_MS;
/** The longest pause that is taken from the carrier's answer. */
const LONGEST_PAUSE_MS = HOUR_MS;
/** The longest pause by doubling, where the carrier gives no time. */
const LONGEST_DOUBLED_MS = 2 * MINUTE_MS;
/** When the clock was set back by more than this, the stored times are discarded. */
const CLOCK_SLACK_MS = 5 * SECOND_MS;

/** The state as of now. */
function current(state: PaceState, now: number): PaceState {
  const known = now < state.seenAt - CLOCK_SLACK_MS ? IDLE : state;
  const dayEnded = now >= known.dayEnds;
  return {
    ...known,
    seenAt: now,
    busyUntil: Math.max(known.busyUntil, now),
    bookedUntil: Math.max(known.bookedUntil, now),
    lightUntil: Math.max(known.lightUntil, now),
    urgentOwed: now < known.urgentUntil ? known.urgentOwed : 0,
    today: dayEnded ? 0 : known.today,
    dayEnds: dayEnded ? carrierDayAfter(now) : known.dayEnds,
  };
}

/** `count` times, `every` ms apart. */
const series = (from: number, count: number, every: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.ceil(from + i * every));

/**
 * Takes turns for texts. Others that come anew wait while turns are given away, unless half a minute's room is left
 * over: then those who had a turn do not come for it (their texts were read, or taken back).
 * @param now ms UTC
 */
export function takePermits(
  state: PaceState,
  asked: PermitsAsked,
  { perSecond, perDay }: PaceLimits,
  now: number,
): { state: PaceState; given: PermitsGiven } {
  const next = current(state, now);
  const every = SECOND_MS / perSecond;
  const ahead = Math.max(MOST_AHEAD_MS, every);
  const byRate = Math.floor((now + ahead - next.busyUntil) / every + 1e-9);
  const byDay = perDay === null ? Number.POSITIVE_INFINITY : perDay - next.today;
  let room = next.pausedUntil > now ? 0 : Math.max(0, Math.min(byRate, byDay));
  const take = (wanted: number) => {
    const taken = Math.max(0, Math.min(wanted, room));
    room -= taken;
    return taken;
  };
  const urgent = take(asked.urgent);
  const refusedUrgent = asked.urgent - urgent;
  next.urgentOwed = Math.max(0, next.urgentOwed - urgent) + refusedUrgent;
  if (refusedUrgent > 0) next.urgentUntil = now + URGENT_KEPT_MS;
  room = Math.max(0, room - next.urgentOwed);
  const lightReturning = take(asked.lightReturning);
  const light = take(asked.light);
  const returning = take(asked.returning);
  const mayOvertake = next.bookedUntil <= now || room * every >= ahead / 2;
  const fresh = take(mayOvertake ? asked.fresh : 0);

  const taken = urgent + lightReturning + light + returning + fresh;
  next.busyUntil += taken * every;
  next.today += taken;
  const dayIsOver = perDay !== null && next.today >= perDay;
  const soonest = Math.max(
    next.busyUntil + every - ahead,
    next.pausedUntil,
    dayIsOver ? next.dayEnds : 0,
    now + Math.min(every, SECOND_MS),
  );
  const refusedBefore = refusedUrgent + asked.lightReturning - lightReturning;
  const refusedLight = asked.light - light;
  const refusedReturning = asked.returning - returning;
  const firstLight = Math.max(soonest + refusedBefore * every, next.lightUntil + every);
  const firstReturning = soonest + (refusedBefore + refusedLight) * every;
  const afterwards = firstReturning + refusedReturning * every;
  const firstFresh = Math.max(afterwards, next.bookedUntil + (1 + refusedLight) * every);
  const turns = {
    urgent: series(soonest, refusedUrgent, every),
    lightReturning: series(soonest + refusedUrgent * every, asked.lightReturning - lightReturning, every),
    light: series(firstLight, refusedLight, every),
    returning: series(firstReturning, refusedReturning, every),
    fresh: series(firstFresh, asked.fresh - fresh, every),
  };
  next.lightUntil = Math.min(turns.light.at(-1) ?? next.lightUntil, now + DAY_MS);
  // Turns come one after another, and may be more than a call takes arguments. Those of the light ones put off the others'.
  const booked = next.bookedUntil > now ? next.bookedUntil + refusedLight * every : next.bookedUntil;
  const last = Math.max(booked, ...Object.values(turns).map((some) => some.at(-1) ?? 0));
  next.bookedUntil = Math.min(last, now + DAY_MS);
  return { state: next, given: { urgent, lightReturning, light, returning, fresh, turns } };
}

/**
 * The carrier has said that the sender is too fast.
 * @param retryAfterMs how long it said to wait; null: it did not, so `firstMs`, and twice as long each time it comes
 *   again within a minute
 */
export function slowDown(
  state: PaceState,
  { retryAfterMs, firstMs }: { retryAfterMs: number | null; firstMs: number },
  now: number,
): PaceState {
  const next = current(state, now);
  if (next.pausedUntil > now && retryAfterMs === null) return next;
  const isAgain = next.pauseMs > 0 && now - next.pausedUntil < MINUTE_MS;
  const pauseMs = Math.min(
    LONGEST_PAUSE_MS,
    retryAfterMs ?? (isAgain ? Math.min(LONGEST_DOUBLED_MS, next.pauseMs * 2) : firstMs),
  );
  return { ...next, pauseMs, pausedUntil: Math.max(next.pausedUntil, now + pauseMs) };
}
