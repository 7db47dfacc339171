import type * as z from 'zod';
import { AppError, type ErrorCode } from '../../errors.ts';
import type { Audience, Endpoint } from '../endpoint.ts';
import { type JsonSchema, jsonSchemaOf, namedSchemasOf } from './json-schema.ts';
import { operationId } from './operation-id.ts';

/** A parameter of an operation. */
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  description?: string;
  schema: JsonSchema;
}

/** What a body or an answer is, by media type. */
export type Content = Record<string, { schema: JsonSchema }>;

/** An operation object of OpenAPI 3.1. */
export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required: boolean; description?: string; content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

/** The ways in which an operation may be called; one of them is enough. */
export const SECURITY: Record<Audience | 'twilio', Record<string, string[]>[]> = {
  public: [],
  user: [{ bearer: [] }, { cookie: [] }],
  claimed: [{ bearer: [] }, { cookie: [] }],
  service: [{ service: [] }],
  twilio: [{ twilio: [] }],
};

/** What any route of this kind can answer besides its own errors. */
function commonErrors({ who, method, params, query, body, optionalBody, rawBody }: Endpoint): ErrorCode[] {
  const codes: ErrorCode[] = ['unavailable'];
  if (who !== 'public') codes.push('unauthenticated');
  if (who !== 'public' || method !== 'get') codes.push('forbidden');
  if (params || query || body || rawBody) codes.push('invalid_request');
  if (body || rawBody) codes.push('too_large');
  if ((body && !optionalBody) || rawBody) codes.push('unsupported_media_type');
  return codes;
}

const ERROR = { $ref: '#/components/schemas/Error' };

/** Error answers, one a status; the codes that tell them apart are listed. */
function errorResponses(codes: readonly ErrorCode[]): Operation['responses'] {
  const byStatus = Map.groupBy([...new Set(codes)], (code) => String(new AppError(code, '').status));
  const entries = [...byStatus].map(([status, group]) => {
    const known: JsonSchema = { properties: { error: { type: 'string', enum: group } } };
    const content: Content = { 'application/json': { schema: { allOf: [ERROR, known] } } };
    return [status, { description: group.join(', '), content }] as const;
  });
  return Object.fromEntries(entries);
}

/** The properties of an object schema as parameters; those of the path are always required. */
function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query'): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchemaOf(schema, 'input');
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

const headersOf = (headers: Record<string, string> = {}): Parameter[] =>
  Object.entries(headers)
    // OpenAPI describes this one by `security`.
    .filter(([name]) => name !== 'Authorization')
    .map(([name, description]) => ({
      name,
      in: 'header',
      required: false,
      description,
      schema: { type: 'string' },
    }));

/** What the platform refuses before a route is reached, for routes that refuse nothing themselves. */
export const MALFORMED: Operation['responses'] = {
  '4XX': { description: 'The request itself is malformed, or larger than the platform takes.' },
};

/** The named schemas that a JSON route takes and answers. */
export function schemasOf({ body, answer }: Endpoint): Record<string, JsonSchema> {
  return {
    ...(body ? namedSchemasOf(body, 'input') : {}),
    ...(answer.schema ? namedSchemasOf(answer.schema(), 'output') : {}),
  };
}

/** Describes a JSON route. */
export function operationOf(endpoint: Endpoint): Operation {
  const { method, path, who, scope, tag, summary, params, query, headers, body, rawBody, answer } = endpoint;
  const needs = who === 'service' ? `Needs the scope \`${scope}\`.` : undefined;
  const description = [endpoint.description, needs].filter(Boolean).join('\n\n');
  const parameters = [
    ...parametersOf(params, 'path'),
    ...parametersOf(query, 'query'),
    ...headersOf(headers),
  ];
  const content = answer.schema && {
    [answer.mediaType ?? 'application/json']: { schema: jsonSchemaOf(answer.schema(), 'output') },
  };
  const errors = errorResponses([...commonErrors(endpoint), ...(endpoint.errors ?? [])]);
  const isRefused = Object.keys(errors).some((status) => status.startsWith('4'));
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    ...(description === '' ? {} : { description }),
    security: SECURITY[who],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body && {
      requestBody: {
        required: !endpoint.optionalBody,
        content: { 'application/json': { schema: jsonSchemaOf(body, 'input') } },
      },
    }),
    ...(rawBody && {
      requestBody: {
        required: true,
        description: rawBody.description,
        content: { [rawBody.mediaType]: { schema: { type: 'string' } } },
      },
    }),
    responses: {
      [answer.status]: { description: answer.description, ...(content ? { content } : {}) },
      ...errors,
      ...(isRefused ? {} : MALFORMED),
      // An upgrade answers 101, which says of itself that the answer is no HTTP any more.
      ...(answer.status < 200 ? { default: { description: 'Refused, in JSON.' } } : {}),
    },
  };
}
