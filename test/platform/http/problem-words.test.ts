import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ConfigError, parseConfig } from '../../../src/platform/config.ts';
import { problemOf } from '../../../src/platform/http/problem-words.ts';

const said = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value, { error: problemOf }).error?.issues.map(({ message }) => message);

describe('what is wrong is told as what it should be', () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.string(), 5, 'should be text'],
    [z.object({ a: z.string() }), {}, 'should be there'],
    [z.int(), 1.5, 'should be a whole number'],
    [z.boolean(), 'yes', 'should be true or false'],
    [z.array(z.string()), {}, 'should be a list'],
    [z.object({}), [], 'should be an object'],
    [z.string().min(2), 'a', 'should be at least 2 characters long'],
    [z.string().max(2), 'abc', 'should be at most 2 characters long'],
    [z.array(z.int()).max(1), [1, 2], 'should be at most 1 entries'],
    [z.int().max(1440), 1441, 'should be at most 1440'],
    [z.enum(['a', 'b']), 'c', 'should be "a" or "b"'],
    [z.literal(true), false, 'should be true'],
    [z.email(), 'x', 'should be an e-mail address'],
    [z.strictObject({}), { x: 1, y: 2 }, 'should be without x, y'],
    [z.union([z.string(), z.boolean()]), 5, 'should be of another form'],
    [z.string('should be a name'), 5, 'should be a name'],
  ])('%#: %j', (schema, value, words) => {
    expect(said(schema, value)).toEqual([words]);
  });

  it('reads on behind the name of a setting', () => {
    expect(() => parseConfig({ BRAND_NAME: 'x'.repeat(41) })).toThrow(ConfigError);
    expect(() => parseConfig({ BRAND_NAME: 'x'.repeat(41) })).toThrow(
      'BRAND_NAME should be at most 40 characters long',
    );
  });
});
