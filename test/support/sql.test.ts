import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Param, sql } from './sql.ts';

it('binds values and puts in pieces with their own', () => {
  const condition = sql`family_id = ${'fam_1'} AND ${true}`;
  const query = sql`SELECT ${1} FROM users WHERE ${condition} AND name = ${null}`;
  expect(query.text).toBe('SELECT ? FROM users WHERE family_id = ? AND ? AND name = ?');
  expect(query.params).toEqual([1, 'fam_1', true, null]);
});

it('joins pieces, with a separator or without', () => {
  const pieces = [sql`a = ${1}`, sql`b = ${2}`];
  expect(sql.join(pieces, sql`, `)).toMatchObject({ text: 'a = ?, b = ?', params: [1, 2] });
  expect(sql.join(pieces)).toMatchObject({ text: 'a = ?b = ?', params: [1, 2] });
  expect(sql.join([], sql`, `)).toMatchObject({ text: '', params: [] });
});

it('lets no value into the text, whatever it holds', () => {
  const param = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(fc.array(param), (params: Param[]) => {
      const query = sql`SELECT ${sql.join(
        params.map((each) => sql`${each}`),
        sql.raw(', '),
      )}`;
      expect(query.text).toBe(`SELECT ${params.map(() => '?').join(', ')}`);
      expect(query.params).toEqual(params);
    }),
  );
});
