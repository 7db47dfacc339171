import type { FamilyFacts } from '../../platform/family/family-rpc.ts';
import { capUntil, usesUpCap, type WindowSettings } from './windows.ts';

/**
 * How the texts of a day are shared, so that one author cannot use up what everybody's messages need. A cap below this
 * is not shared: so few texts stay reachable for one author.
 */
export const SHARED_FROM = 20;

/** See {@link FamilyFacts}. */
export type ShareHold = NonNullable<FamilyFacts['share']>;

/** A text that counts for today. */
export interface DayText {
  /** When it was admitted, ms UTC. */
  at: number;
  /** Whose message it told of; null for a test text. */
  authorId: string | null;
}

/** The most texts a day that one author's ordinary messages may cause: a third of the cap. */
export const authorShare = (cap: number): number => (cap < SHARED_FROM ? cap : Math.ceil(cap / 3));

/** The last texts of a day, which are kept for urgent ones: a tenth of the cap. */
export const urgentReserve = (cap: number): number => (cap < SHARED_FROM ? 0 : Math.ceil(cap / 10));

/** The most ordinary texts a day. */
export const ordinaryCap = (cap: number): number => cap - urgentReserve(cap);

const times = (texts: readonly DayText[]) => texts.map(({ at }) => at);

/**
 * Until when an ordinary text has to leave the rest of a cap to others: to urgent texts, or to other authors. Urgent
 * ones may take all of it.
 * @param texts those of the last day, without the one asked for
 * @returns null when it may go now; of two holds the longer one
 */
export function shareHold(
  texts: readonly DayText[],
  { authorId, urgent }: { authorId: string | null; urgent: boolean },
  cap: number,
  now: number,
): ShareHold | null {
  if (urgent || cap < SHARED_FROM) return null;
  const ofAuthor = authorId === null ? [] : texts.filter((text) => text.authorId === authorId);
  const reserve = capUntil(times(texts), ordinaryCap(cap), now);
  const share = capUntil(times(ofAuthor), authorShare(cap), now);
  return longer(
    share === null ? null : { until: share, detail: 'author_share' },
    reserve === null ? null : { until: reserve, detail: 'urgent_reserve' },
  );
}

/** Whichever of two holds ends later. */
export function longer(a: ShareHold | null, b: ShareHold | null): ShareHold | null {
  if (a === null || b === null) return a ?? b;
  return b.until > a.until ? b : a;
}

/** Whether one more text uses up what ordinary texts may take of a day. `texts` as in {@link shareHold}. */
export const usesUpOrdinary = (texts: readonly DayText[], cap: number, now: number): boolean =>
  usesUpCap(times(texts), ordinaryCap(cap), now);

/** So many unanswered texts may reach a person within one window, whatever threads they are about. */
export const TEXTS_A_WINDOW = 5;

/**
 * When a person may be texted again about any thread: no more than {@link TEXTS_A_WINDOW} in `windowMs`. A person whose
 * day is too small to be shared cannot be flooded.
 * @param all when the unanswered texts to the person left, ms UTC, in any order, without the one asked for
 * @returns ms UTC, or null when they may be now
 */
export function everyThreadUntil(
  all: readonly number[],
  { windowMs, userCap }: Pick<WindowSettings, 'windowMs' | 'userCap'>,
  now: number,
): number | null {
  if (userCap < SHARED_FROM) return null;
  const oldest = all.toSorted((a, b) => b - a)[TEXTS_A_WINDOW - 1];
  return oldest !== undefined && oldest + windowMs > now ? oldest + windowMs : null;
}
