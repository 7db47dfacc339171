import { noteStatement } from './query-plan.ts';
import { noteTrip } from './realms.ts';

/** One trip to the database, and the statements it carried. */
export interface RoundTrip {
  statements: string[];
  rowsRead: number;
  rowsWritten: number;
}

/** A fault to throw at one trip, before it takes effect or after. */
export interface InjectedFault {
  when: 'before' | 'after';
  message: string;
}

/** A database that counts what it is asked, and fails where it is told to. */
export interface WatchedD1 {
  d1: D1Database;
  /** Another database, whose trips are counted and can fail among those of the first. */
  also: (other: D1Database) => D1Database;
  trips: RoundTrip[];
  /** Called, and awaited, before each trip with its number, from 0; a fault is thrown at that trip. */
  faultAt: (trip: number) => InjectedFault | null | Promise<null>;
  reset(): void;
}

interface Watched {
  inner: D1PreparedStatement;
  query: string;
}

/** Runs a trip with these statements, or lets something happen to it. */
export type Around = <T>(statements: string[], go: () => Promise<T>) => Promise<T>;

/**
 * Wraps a D1 database so that trips, statements and rows are counted and faults can be injected.
 * @param around what happens to each trip beside the fault
 */
export function watchD1(d1: D1Database, around: Around = (_, go) => go()): WatchedD1 {
  const inners = new WeakMap<object, Watched>();
  const watch: WatchedD1 = {
    d1: null as unknown as D1Database,
    also: wrap,
    trips: [],
    faultAt: () => null,
    reset: () => {
      watch.trips.length = 0;
    },
  };

  async function travel<T>(
    statements: string[],
    go: () => Promise<T>,
    meta: (result: T) => D1Meta[],
  ): Promise<T> {
    for (const query of statements) noteStatement(query);
    noteTrip(statements);
    const trip: RoundTrip = { statements, rowsRead: 0, rowsWritten: 0 };
    watch.trips.push(trip);
    const fault = await watch.faultAt(watch.trips.length - 1);
    if (fault?.when === 'before') throw new Error(fault.message);
    const result = await around(statements, go);
    for (const { rows_read, rows_written } of meta(result)) {
      trip.rowsRead += rows_read ?? 0;
      trip.rowsWritten += rows_written ?? 0;
    }
    if (fault?.when === 'after') throw new Error(fault.message);
    return result;
  }

  function statement(inner: D1PreparedStatement, query: string): D1PreparedStatement {
    const watched = {
      bind: (...values: unknown[]) => statement(inner.bind(...values), query),
      all: () =>
        travel(
          [query],
          () => inner.all(),
          (result) => [result.meta],
        ),
      run: () =>
        travel(
          [query],
          () => inner.run(),
          (result) => [result.meta],
        ),
      first: (column: string) =>
        travel(
          [query],
          () => inner.first(column),
          () => [],
        ),
      raw: (options: never) =>
        travel(
          [query],
          () => inner.raw(options) as Promise<unknown[]>,
          () => [],
        ),
    };
    inners.set(watched, { inner, query });
    return watched as unknown as D1PreparedStatement;
  }

  function wrap(one: D1Database): D1Database {
    return {
      prepare: (query: string) => statement(one.prepare(query), query),
      batch: (list: D1PreparedStatement[]) => {
        const parts = list.map((item) => inners.get(item)!);
        return travel(
          parts.map(({ query }) => query),
          () => one.batch(parts.map(({ inner }) => inner)),
          (results) => results.map(({ meta }) => meta),
        );
      },
    } as unknown as D1Database;
  }

  watch.d1 = wrap(d1);
  return watch;
}
