import { expect, it } from 'vitest';
import type { JsonSchema } from '../../../src/platform/http/openapi/json-schema.ts';
import { shapeOf } from '../../../src/web/docs/shape.ts';

it.each<[JsonSchema, string]>([
  [{}, 'anything'],
  [{ type: 'string' }, 'string'],
  [{ type: 'string', minLength: 1, maxLength: 200 }, 'string (1 to 200 characters)'],
  [{ type: 'string', maxLength: 4000 }, 'string (up to 4000 characters)'],
  [{ type: 'string', format: 'date-time' }, 'time'],
  [{ type: 'integer', minimum: 0, maximum: 1440 }, 'integer (0 to 1440)'],
  [{ type: 'integer', minimum: 1 }, 'integer (at least 1)'],
  [{ enum: ['app', 'sms'] }, '"app" | "sms"'],
  [{ const: true }, 'true'],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ type: 'array', items: { type: 'string' } }, 'string[]'],
  [
    { type: 'array', items: { type: ['string', 'null'] }, maxItems: 3 },
    '(string | null)[] (up to 3 entries)',
  ],
  [{ type: 'object', properties: {} }, '{}'],
  [{ type: 'object', additionalProperties: { type: 'integer' } }, '{\n  [name]: integer\n}'],
])('%j is written %j', (schema, shape) => {
  expect(shapeOf(schema)).toBe(shape);
});

it('writes objects with what may be absent, what it is then, and what it means', () => {
  const inner: JsonSchema = { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] };
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      id: { type: 'string', description: 'Opaque.' },
      urgent: { type: 'boolean', default: false },
      list: { type: 'array', items: inner },
    },
    required: ['id', 'list'],
  };
  expect(shapeOf(schema)).toBe(
    [
      '{',
      '  id: string  // Opaque.',
      '  urgent?: boolean = false',
      '  list: {',
      '    at: string',
      '  }[]',
      '}',
    ].join('\n'),
  );
});
