import { env } from 'cloudflare:workers';
import { and, eq, sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { openDatabases } from '../../src/db/client.ts';
import {
  allOf,
  excluded,
  firstWhere,
  has,
  hasRow,
  inList,
  json,
  jsonTable,
  nonNull,
  oneRow,
  rowid,
  scalar,
} from '../../src/db/expressions.ts';
import { insertFrom } from '../../src/db/insert-from.ts';
import { q } from '../../src/db/query.ts';
import { families, users } from '../../src/db/schema.ts';
import { hot } from '../../src/db/statement.ts';

const { DB } = env as unknown as { DB: D1Database };
const db = openDatabases({ DB }).directory;
const insertUser = (id: string, name: string) =>
  q
    .insert(users)
    .values({ id, familyId: 'f', name, createdAt: 2 })
    .onConflictDoUpdate({ target: users.id, set: { name: excluded(users.name) } });
const userById = hot<{ id: string }>()((v) =>
  q.select({ id: users.id, name: users.name }).from(users).where(eq(users.id, v.id)),
);

beforeEach(async () => {
  await db.batch({
    family: q.insert(families).values({ id: 'f', name: 'F', createdAt: 1 }).onConflictDoNothing(),
    user: insertUser('u', 'Una'),
  });
});

describe('a batch', () => {
  it('answers by name, leaves out what is left out, and keeps the order', async () => {
    const result = await db.batch({
      renamed: insertUser('u', 'Vera'),
      nothing: null,
      user: userById({ id: 'u' }),
      none: userById({ id: 'nobody' }),
      counted: q.select({ n: sql<number>`count(*)`.as('n') }).from(users),
    });
    expect(result.renamed.meta.changes).toBe(1);
    expect(result.nothing).toBeUndefined();
    expect(result.user).toEqual([{ id: 'u', name: 'Vera' }]);
    expect(result.none).toEqual([]);
    expect(result.counted[0]?.n).toBeGreaterThan(0);
  });

  it('is one transaction: when one statement fails, none took effect', async () => {
    const broken = insertUser('w', 'Wanda');
    const orphan = q.insert(users).values({ id: 'x', familyId: 'no such family', name: 'X', createdAt: 1 });
    await expect(db.batch({ broken, orphan })).rejects.toThrow('FOREIGN KEY');
    expect(await db.first(userById({ id: 'w' }))).toBeUndefined();
  });

  it('refuses two selected columns of one name, with or without rows', async () => {
    const joined = q
      .select({ user: users.id, family: families.id })
      .from(users)
      .innerJoin(families, eq(families.id, users.familyId))
      .where(eq(users.id, 'nobody'));
    await expect(db.batch({ joined })).rejects.toThrow('Two selected columns are called "id"');
    await expect(db.all(joined)).rejects.toThrow('Two selected columns are called "id"');
  });

  it('refuses an update or delete whose condition comes to nothing', async () => {
    await expect(db.run(q.update(users).set({ name: 'All' }).where(and(undefined)))).rejects.toThrow(
      'without a condition',
    );
    await expect(db.batch({ gone: q.delete(users).where(undefined) })).rejects.toThrow('without a condition');
    expect(() => allOf(undefined, false)).toThrow('A condition is missing');
    expect((await db.first(userById({ id: 'u' })))?.name).toBe('Una');
  });
});

it('does not run what was only built', async () => {
  await expect(async () => await q.select().from(users)).rejects.toThrow('only built');
});

it('does not let the values of a hot statement be spread, which would leave them all out', () => {
  const spread = hot<{ id: string }>()((v) =>
    q
      .select()
      .from(users)
      .where(eq(users.id, { ...v }.id)),
  );
  expect(() => spread({ id: 'u' })).toThrow('cannot be spread');
});

it('says nothing of the values when a statement fails', async () => {
  const secret = '+12025550123';
  const failing = q.insert(users).values({ id: 'y', familyId: secret, name: secret, createdAt: 1 });
  const error = await db.run(failing).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  for (let e: unknown = error; e instanceof Error; e = e.cause)
    expect(`${e.message}${e.stack}`).not.toContain(secret);
});

it('inserts from a select only where the select has a row, and fills defaults in', async () => {
  const copy = (from: string) =>
    insertFrom(
      users,
      { id: 'copy', familyId: users.familyId, name: sql<string>`${users.name} || '!'`, createdAt: 7 },
      sql`from ${users} where ${eq(users.id, from)}`,
    ).onConflictDoNothing({ target: users.id });
  expect((await db.run(copy('nobody'))).meta.changes).toBe(0);
  expect((await db.run(copy('u'))).meta.changes).toBe(1);
  const [row] = await db.all(q.select().from(users).where(eq(users.id, 'copy')));
  expect(row).toMatchObject({ name: 'Una!', appliedUpdate: 0, phone: null, createdAt: 7 });
});

it('takes lists and rows of any length as one parameter', async () => {
  const ids = Array.from({ length: 500 }, (_, i) => (i === 499 ? 'u' : `none-${i}`));
  expect(await db.all(q.select({ id: users.id }).from(users).where(inList(users.id, ids)))).toEqual([
    { id: 'u' },
  ]);
  const rows = jsonTable(
    'r',
    ids.map((id) => ({ id, name: id.toUpperCase() })),
    ['id', 'name'],
  );
  const update = q
    .update(users)
    .set({ name: sql`${rows.name}` })
    .from(rows)
    .where(eq(users.id, rows.id));
  expect((await db.run(update)).meta.changes).toBe(1);
  expect((await db.first(userById({ id: 'u' })))?.name).toBe('U');
  expect(await db.all(q.select({ one: sql<number>`1`.as('one') }).from(oneRow))).toEqual([{ one: 1 }]);
});

it('takes queries as values and as conditions, and reads JSON and row numbers', async () => {
  const named = (name: string) => q.select({ id: users.id }).from(users).where(eq(users.name, name));
  const row = await db.first(
    q
      .select({
        family: nonNull(users.familyId).as('family'),
        una: has(named('Una')).as('una'),
        which: firstWhere([
          [eq(users.name, 'nobody'), 'first'],
          [eq(users.id, 'u'), 'second'],
          [eq(users.name, 'Una'), 'third'],
        ]).as('which'),
        neither: firstWhere([[eq(users.name, 'nobody'), 'first']]).as('neither'),
        nobody: has(named('nobody')).as('nobody'),
        raw: has(sql`select 1`).as('raw'),
        id: scalar<string>(named('Una')).as('scalar'),
        none: scalar<string>(named('nobody')).as('none'),
        list: json<string[]>(sql`json_array(${users.id})`).as('list'),
        number: rowid(users).as('number'),
      })
      .from(users)
      .where(allOf(eq(users.id, 'u'), hasRow(families, eq(families.id, users.familyId)))),
  );
  expect(row).toMatchObject({ which: 'second', neither: null });
  expect(row).toMatchObject({ family: 'f', una: 1, nobody: 0, raw: 1, id: 'u', none: null, list: ['u'] });
  expect(row?.number).toBeGreaterThan(0);
});
