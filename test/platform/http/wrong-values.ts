import type { JsonSchema } from '../../../src/platform/http/openapi/json-schema.ts';

const NUL = 'a\u0000b';
const LONE_SURROGATE = '\ud800';
/** Longer than anything we take. */
const LONG = 'x'.repeat(5000);

/** Values that are of the right JSON type and still wrong. */
const WRONG_OF_TYPE: Record<string, readonly unknown[]> = {
  string: ['', NUL, LONE_SURROGATE, LONG],
  integer: [-1, 1.5, 1e308],
  array: [[5], [null], [[]], [''], Array.from({ length: 500 }, (_, i) => `id_${i}`)],
  object: [{ [NUL]: true }, { id: 'soon' }, { id: 5 }],
};

/** A value of each JSON type. */
const OF_TYPE: Record<string, readonly unknown[]> = {
  string: ['5', 'true'],
  integer: [5],
  boolean: [true],
  null: [null],
  array: [[], ['x']],
  object: [{}, { length: 1 }],
};

const alternatives = (schema: JsonSchema): JsonSchema[] => schema.anyOf?.flatMap(alternatives) ?? [schema];

/** Values that a schema must refuse: of every other type, and of the right one, but wrong. */
export function wrongValues(schema: JsonSchema): unknown[] {
  const schemas = alternatives(schema);
  const types = new Set(schemas.flatMap(({ type = 'string' }) => type));
  // An empty text is what some fields mean by nothing; a boolean has no wrong value.
  const mayBeEmpty = schemas.some((each) => each.type === 'string' && !each.minLength && !each.enum);
  const others = Object.entries(OF_TYPE).flatMap(([type, values]) => (types.has(type) ? [] : values));
  const own = [...types].flatMap((type) => WRONG_OF_TYPE[type] ?? []);
  const most = Math.max(...schemas.map(({ maxItems = 0 }) => maxItems));
  const isTooMuch = (value: unknown) => !Array.isArray(value) || value.length < 500 || value.length > most;
  return [...others, ...own.filter((value) => (value !== '' || !mayBeEmpty) && isTooMuch(value))];
}

/** Bodies that are no JSON object: text as it is sent, or bytes. */
export const NO_OBJECTS: readonly (string | Uint8Array)[] = [
  '{',
  '{"a":}',
  'null',
  'true',
  '5',
  '"text"',
  '[]',
  '[{}]',
  "{'a':1}",
  '\u0000',
  '{}{}',
  'NaN',
  '['.repeat(30_000),
  '{"a":'.repeat(10_000),
  new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
];

/** What stands in place of an id in an address; nobody has one like it. */
export const WRONG_IDS = [
  '%00',
  '%',
  '%zz',
  '%E0%A4%A',
  '%ED%A0%80',
  '%0d%0aSet-Cookie:%20x=1',
  '%2e%2e%2fadmin',
  '__proto__',
  "'%20OR%201=1;--",
  '%F0%9F%99%82',
  'x'.repeat(201),
  'x'.repeat(4000),
];

/** Tokens that are none. */
export const WRONG_TOKENS = [
  '',
  'Bearer',
  'Bearer a b',
  'Bearer x',
  'Bearer a.b.c',
  'Bearer ..',
  `Bearer ${'x'.repeat(6000)}`,
  'Basic eDp5',
  'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c3JfMSIsImZhbWlseUlkIjoiZmFtXzEiLCJleHAiOjk5OTk5OTk5OTl9.',
];
