import { DAY_MS } from '../../platform/time.ts';

/** An admitted text. */
export interface Send {
  /** When it was admitted, ms UTC. */
  at: number;
  /**
   * The number of this unanswered text about its thread: 1 for the first since the person was last here. 0 once
   * answered, and for urgent and test texts, which do not lengthen the window.
   */
  rank: number;
}

/** Windows and caps. */
export interface WindowSettings {
  /** `SMS_WINDOW_SECONDS` in ms: least time between two texts to one person about one thread. */
  windowMs: number;
  /** `SMS_WINDOW_MAX_SECONDS` in ms: where doubling ends. */
  windowMaxMs: number;
  /** `SMS_USER_DAILY_CAP`, `SMS_FAMILY_DAILY_CAP`: texts in 24 h. */
  userCap: number;
  familyCap: number;
}

/** The window (ms) after an unanswered text of this rank: doubles with each rank, up to the maximum. */
export function windowLength(rank: number, settings: WindowSettings): number {
  const doubled = settings.windowMs * 2 ** Math.max(0, rank - 1);
  return Math.min(doubled, Math.max(settings.windowMs, settings.windowMaxMs));
}

/**
 * When the window for the next text to a person about a thread ends.
 * @param sends - the stored texts to this person about this thread, in any order, without the one asked for
 * @returns ms UTC, or null when the window is open
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
 * When the cap over the last 24 hours has room again.
 * @param times - when texts were admitted (ms UTC), in any order, without the one asked for
 * @returns ms UTC, or null when there is room now
 */
export function capUntil(times: readonly number[], cap: number, now: number): number | null {
  if (times.length < cap) return null; // Most often: without looking at each.
  const counted = times.filter((at) => at > now - DAY_MS).sort((a, b) => b - a);
  const blocking = counted[cap - 1];
  return blocking === undefined ? null : blocking + DAY_MS;
}

/** Whether one more text reaches the daily cap. `times` as in {@link capUntil}. */
export function usesUpCap(times: readonly number[], cap: number, now: number): boolean {
  return times.length + 1 >= cap && times.filter((at) => at > now - DAY_MS).length + 1 >= cap;
}

/** How long (ms) an answered or superseded text must be stored: caps and windows look back no further. */
export function retentionMs(settings: WindowSettings): number {
  return Math.max(DAY_MS, settings.windowMs, settings.windowMaxMs);
}
