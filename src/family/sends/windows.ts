import { DAY_MS } from '../../platform/time.ts';

/** A text that left, as the family remembers it. */
export interface Send {
  /** When it was let go, ms UTC. */
  at: number;
  /**
   * Which unanswered text about its thread this was: 1 for the first after the person was last here. 0 for one that has
   * been answered since, and for urgent and test texts, which are nobody's turn.
   */
  rank: number;
}

/** How far apart texts are, and how many there may be. */
export interface WindowSettings {
  /** `SMS_WINDOW_SECONDS` in ms: least time between two texts to one person about one thread. */
  windowMs: number;
  /** `SMS_WINDOW_MAX_SECONDS` in ms: where doubling ends. */
  windowMaxMs: number;
  /** `SMS_USER_DAILY_CAP`, `SMS_FAMILY_DAILY_CAP`: texts in 24 h. */
  userCap: number;
  familyCap: number;
}

/** How long after an unanswered text of this rank the next one waits, in ms: doubles with each, from the base. */
export function windowLength(rank: number, settings: WindowSettings): number {
  const doubled = settings.windowMs * 2 ** Math.max(0, rank - 1);
  return Math.min(doubled, Math.max(settings.windowMs, settings.windowMaxMs));
}

/**
 * When the next text to a person about a thread may leave.
 * @param sends - the texts to this person about this thread that are remembered, in any order, without the one asked for
 * @returns ms UTC, or null when nothing stands in the way
 */
export function windowUntil(sends: readonly Send[], settings: WindowSettings, now: number): number | null {
  const until = Math.max(...sends.map((send) => send.at + windowLength(send.rank, settings)));
  return until > now ? until : null;
}

/** The rank of the next text about a thread: one more than the highest unanswered. */
export function nextRank(sends: readonly Send[]): number {
  return Math.max(0, ...sends.map((send) => send.rank)) + 1;
}

/**
 * When the sliding day has room again.
 * @param times - when texts left (ms UTC), in any order, without the one asked for
 * @returns ms UTC, or null when there is room now
 */
export function capUntil(times: readonly number[], cap: number, now: number): number | null {
  const counted = times.filter((at) => at > now - DAY_MS).sort((a, b) => b - a);
  const blocking = counted[cap - 1];
  return blocking === undefined ? null : blocking + DAY_MS;
}

/** Whether one more text uses up the day's number. `times` as in {@link capUntil}. */
export function usesUpCap(times: readonly number[], cap: number, now: number): boolean {
  return times.filter((at) => at > now - DAY_MS).length + 1 >= cap;
}

/** How long (ms) an answered or overtaken text must be remembered: caps and windows look back no further. */
export function retentionMs(settings: WindowSettings): number {
  return Math.max(DAY_MS, settings.windowMs, settings.windowMaxMs);
}
