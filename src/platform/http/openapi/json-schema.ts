import * as z from 'zod';

/** A JSON Schema (2020-12), as far as our own schemas use it. */
export interface JsonSchema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  additionalProperties?: boolean | JsonSchema;
  format?: string;
  description?: string;
  default?: unknown;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  $ref?: string;
}

/** Bounds that say no more than "an integer of JavaScript". */
const isSafeBound = (bound: number | undefined) => Math.abs(bound ?? 0) === Number.MAX_SAFE_INTEGER;

/** Removes noise, and `additionalProperties: false` from answers, to which fields may be added. */
function simplify(schema: JsonSchema, io: 'input' | 'output'): void {
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties;
  if (isSafeBound(schema.minimum)) delete schema.minimum;
  if (isSafeBound(schema.maximum)) delete schema.maximum;
  // Zod's own pattern of `date-time`; and that of the digits of a number in a query.
  if (schema.format || schema.type === 'integer') delete schema.pattern;
}

/** Where the document keeps schemas that have a name. */
const NAMED = '#/components/schemas/';

/** The name that a reference leads to. */
export const nameOf = (ref: string): string => ref.slice(NAMED.length);

function convert(schema: z.ZodType, io: 'input' | 'output') {
  const text = JSON.stringify(
    z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override: ({ jsonSchema }) => simplify(jsonSchema as JsonSchema, io),
    }),
  ).replaceAll('"#/$defs/', `"${NAMED}`);
  const { $schema: _, $defs = {}, id, ...root } = JSON.parse(text);
  const named = $defs as Record<string, JsonSchema & { id?: string }>;
  if (id !== undefined) named[id] = root;
  for (const each of Object.values(named)) delete each.id;
  return { named, root: (id === undefined ? root : { $ref: NAMED + id }) as JsonSchema };
}

/**
 * The JSON Schema of what a caller sends (`input`: before transforms; unknown fields are ignored, unless
 * `additionalProperties` is false) or receives (`output`: what the handler answers). What has a name (`meta({ id })`) is a
 * reference to {@link namedSchemasOf}.
 */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return convert(schema, io).root;
}

/** The named schemas that occur in a schema, by their names. */
export function namedSchemasOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, JsonSchema> {
  return convert(schema, io).named;
}
