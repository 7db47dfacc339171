/**
 * Whether `name` is a time zone of the IANA database that this runtime knows (any case, links such as
 * `Asia/Calcutta` included). Offsets (`+02:00`), `UTC+2`, abbreviations outside the database and junk are not.
 */
export function isTimeZone(name: unknown): name is string {
  if (typeof name !== 'string' || !/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** `timeZone` itself when the runtime knows it, else `UTC`: what is in the database must never stop a text. */
export const knownTimeZone = (timeZone: string): string => (isTimeZone(timeZone) ? timeZone : 'UTC');

/** Clocks are dear to make and cheap to read; a batch of texts is about few zones. */
const clocks = new Map<string, Intl.DateTimeFormat>();
const MOST_CLOCKS = 50;

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  if (clocks.size >= MOST_CLOCKS) clocks.clear();
  const clock = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(timeZone, clock);
  return clock;
}

/**
 * How far the wall clock of a known `timeZone` is ahead of UTC at `at`.
 * @param at - ms UTC
 * @returns ms, negative west of Greenwich
 */
export function offsetAt(timeZone: string, at: number): number {
  const second = Math.floor(at / 1000) * 1000;
  const parts = clockOf(timeZone).formatToParts(second);
  const read = (wanted: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find(({ type }) => type === wanted)?.value);
  const date = Date.UTC(read('year'), read('month') - 1, read('day'));
  return date + ((read('hour') * 60 + read('minute')) * 60 + read('second')) * 1000 - second;
}

/**
 * The first moment after `from` at which the clock of `timeZone` has been changed.
 * @param to - ms UTC, less than a day after `from`, when the offset differs from that of `from`
 * @returns ms UTC, exact
 */
export function changeBetween(timeZone: string, from: number, to: number): number {
  const before = offsetAt(timeZone, from);
  let [early, late] = [from, to];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (offsetAt(timeZone, middle) === before) early = middle;
    else late = middle;
  }
  return late;
}
