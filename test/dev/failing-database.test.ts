import type { D1Database } from '@cloudflare/workers-types/experimental';
import { expect, it } from 'vitest';
import { failingDatabase, type Outage } from '../../dev/stack/outages/failing-database.ts';

/** A database that keeps what was run, by its text and values. */
function recorder() {
  const ran: string[] = [];
  const statement = (text: string) => ({
    bind: (...values: unknown[]) => statement(`${text} ${values.join(' ')}`),
    run: async () => ran.push(text),
  });
  const database = {
    prepare: statement,
    batch: async (statements: { run: () => Promise<number> }[]) =>
      await Promise.all(statements.map((each) => each.run())),
  };
  return { ran, database: database as unknown as D1Database };
}

/** Both ways to reach a database: one statement, and a batch of two. */
const CALLS: Record<string, { call: (d1: D1Database) => Promise<unknown>; leaves: string[] }> = {
  run: { call: (d1) => d1.prepare('one').bind(1).run(), leaves: ['one 1'] },
  batch: {
    call: (d1) => d1.batch([d1.prepare('one').bind(1), d1.prepare('two')]),
    leaves: ['one 1', 'two'],
  },
};

it.each(Object.keys(CALLS))(
  '%s of a database that is taken down fails before its effect or after, or is silent until it is up, and works again',
  async (name) => {
    const { call, leaves } = CALLS[name]!;
    const message = 'D1_ERROR: Network connection lost.';
    let outage: Outage | null = null;
    const { ran, database } = recorder();
    const failing = failingDatabase(database, async () => outage);
    const left = () => ran.splice(0);

    await call(failing);
    expect(left()).toEqual(leaves);
    outage = { when: 'before', message };
    await expect(call(failing)).rejects.toThrow(message);
    expect(left()).toEqual([]);
    outage = { when: 'after', message };
    await expect(call(failing)).rejects.toThrow(message);
    expect(left()).toEqual(leaves);
    outage = { when: 'before', message: null };
    const silent = call(failing);
    const first = await Promise.race([
      silent.catch(() => 'an answer'),
      new Promise((resolve) => setImmediate(() => resolve('silence'))),
    ]);
    expect(first).toBe('silence');
    outage = null;
    await expect(silent).rejects.toThrow(message);
    expect(left()).toEqual([]);
    await call(failing);
    expect(left()).toEqual(leaves);
  },
);
