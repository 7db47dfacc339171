import { DAY_MS, FOREVER, HOUR_MS, offsetAt } from '../../platform/time.ts';

const MORNING_MS = 8 * HOUR_MS;

/** Eight in the morning of the next day on the wall clock of a known `zone`. Times are ms UTC. */
export function nextMorning(now: number, zone: string): number {
  const local = now + offsetAt(zone, now);
  const wall = local - (((local % DAY_MS) + DAY_MS) % DAY_MS) + DAY_MS + MORNING_MS;
  // The clocks may change in the night between: what counts is the offset of the morning itself.
  return wall - offsetAt(zone, wall - offsetAt(zone, now));
}

/**
 * What a choice of the mute menu means: ms UTC, `FOREVER`, or null for hearing of the thread again; undefined for no
 * choice of ours.
 */
export function muteUntil(
  choice: string | null,
  { now, zone }: { now: number; zone: string },
): number | null | undefined {
  if (choice === 'hour') return now + HOUR_MS;
  if (choice === 'tomorrow') return nextMorning(now, zone);
  if (choice === 'good') return FOREVER;
  return choice === 'off' ? null : undefined;
}
