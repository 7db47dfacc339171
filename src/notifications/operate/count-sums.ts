import { SENDING_STEPS_MS } from '../../db/column-values.ts';

/** Deliveries of one state, with its reason and its carrier's code where it has them. */
export interface Cell {
  status: string;
  /** Empty: none. */
  reason: string;
  error: string;
  count: number;
  segments: number;
  /** When the first and the last came to it, ms. */
  firstAt: number;
  lastAt: number;
}

/** Deliveries of one state that were written in the hour that begins then, ms. */
export interface HourCount {
  hourAt: number;
  status: string;
  count: number;
  segments: number;
}

/** How many took at most so long from message to carrier. */
export interface TimeClass {
  atMost: number;
  count: number;
}

/** What the counters of some time come to. */
export interface CountedSince {
  cells: Cell[];
  times: TimeClass[];
}

/** The states of a text that left, or that the carrier refused. */
const LEFT = ['sent', 'delivered', 'undelivered', 'failed'];

/** What left: texts that were handed to the carrier or refused by it, and their segments. */
export interface Left {
  texts: number;
  segments: number;
}

/** Adds up the rows of each group. */
function merged<T extends { count: number }>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  add: (a: T, b: T) => T,
): T[] {
  const groups = new Map<string, T>();
  for (const row of rows) {
    const key = keyOf(row);
    const former = groups.get(key);
    groups.set(key, former ? add(former, row) : row);
  }
  return [...groups.values()];
}

/** Leaves out what has come to nothing. */
const present = <T extends { count: number }>(rows: readonly T[]): T[] =>
  rows.filter(({ count: n }) => n > 0);

/** `open` is `sending` for those that are, and `pending` for the others. */
function openAsStatuses(cells: readonly Cell[], sending: number): Cell[] {
  let left = sending;
  return cells.flatMap((cell) => {
    if (cell.status !== 'open') return [cell];
    const under = Math.min(left, cell.reason === '' && cell.error === '' ? cell.count : 0);
    left -= under;
    return [
      { ...cell, status: 'sending', count: under },
      { ...cell, status: 'pending', count: cell.count - under, segments: 0 },
    ].filter(({ count: n }) => n > 0);
  });
}

/** The hours of several stores as one list, the oldest first. */
export const mergedHours = (stores: readonly HourCount[][]): HourCount[] =>
  present(
    merged(
      stores.flat(),
      ({ hourAt, status }) => `${hourAt} ${status}`,
      (a, b) => ({ ...a, count: a.count + b.count, segments: a.segments + b.segments }),
    ),
  )
    .map((row) => ({ ...row, status: row.status === 'open' ? 'pending' : row.status }))
    .sort((a, b) => a.hourAt - b.hourAt || (a.status < b.status ? -1 : 1));

/** Adds up the cells of each key. */
export const mergedCells = <T extends Cell>(cells: readonly T[], keyOf: (cell: T) => string): T[] =>
  merged(cells, keyOf, (a, b) => ({
    ...a,
    count: a.count + b.count,
    segments: a.segments + b.segments,
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
  }));

/** The counters of several stores as one list. */
export function summed(cells: readonly Cell[], times: readonly TimeClass[], sending: number): CountedSince {
  const all = present(mergedCells(cells, ({ status, reason, error }) => `${status} ${reason} ${error}`));
  const byClass = present(
    merged(
      times,
      ({ atMost }) => String(atMost),
      (a, b) => ({ ...a, count: a.count + b.count }),
    ),
  );
  return { cells: openAsStatuses(all, sending), times: byClass.sort((a, b) => a.atMost - b.atMost) };
}

/** What left of the texts that were written in an hour. */
export function leftIn(hours: readonly HourCount[], hourAt: number): Left {
  const left = hours.filter((row) => row.hourAt === hourAt && LEFT.includes(row.status));
  return {
    texts: left.reduce((sum, { count: n }) => sum + n, 0),
    segments: left.reduce((sum, { segments }) => sum + segments, 0),
  };
}

/** Adds up the deliveries of cells by a key. */
export function addUp(cells: readonly Cell[], keyOf: (cell: Cell) => string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const cell of cells) sums[keyOf(cell)] = (sums[keyOf(cell)] ?? 0) + cell.count;
  return sums;
}

/** The time in seconds within which a share of the deliveries were sent, evenly spread within its class; null: none was. */
export function quantile(times: readonly TimeClass[], share: number): number | null {
  const all = times.reduce((sum, { count: n }) => sum + n, 0);
  let below = 0;
  for (const { atMost, count: n } of times) {
    if (below + n >= share * all && n > 0) {
      const from = SENDING_STEPS_MS[SENDING_STEPS_MS.indexOf(atMost) - 1] ?? 0;
      return Math.round(from + ((share * all - below) / n) * (atMost - from)) / 1000;
    }
    below += n;
  }
  return null;
}
