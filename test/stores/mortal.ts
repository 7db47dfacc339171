import type { DatabaseBindings } from '../../src/db/client.ts';

/** A life that ends behind the n-th statement: it has its effect, and nobody hears of it. */
export interface Life {
  /** How many statements are left; Infinity: no end. */
  left: number;
}

const killed = () => new Error('killed');

/** Databases as one process sees them that dies when its life is over. */
export function mortal(bindings: DatabaseBindings, life: Life): DatabaseBindings {
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    if (life.left <= 0) throw killed();
    const result = await work();
    life.left -= 1;
    if (life.left <= 0) throw killed();
    return result;
  };
  const of = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: () => call(() => statement.run()),
    } as unknown as D1PreparedStatement;
    of.set(wrapped, statement);
    return wrapped;
  };
  const die = (d1: D1Database) =>
    ({
      prepare: (text: string) => wrap(d1.prepare(text)),
      batch: (list: D1PreparedStatement[]) => call(() => d1.batch(list.map((each) => of.get(each)!))),
    }) as D1Database;
  return Object.fromEntries(
    Object.entries(bindings)
      .filter(([name]) => name === 'DB' || name.startsWith('FAMILY_DB_'))
      .map(([name, d1]) => [name, die(d1 as D1Database)]),
  ) as unknown as DatabaseBindings;
}
