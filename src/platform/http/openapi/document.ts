import type { Endpoint } from '../endpoint.ts';
import { type DescribedRoute, describedOperation } from './described-route.ts';
import type { JsonSchema } from './json-schema.ts';
import { type Operation, operationOf } from './operation.ts';

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, JsonSchema>;
    securitySchemes: Record<string, Record<string, string>>;
  };
}

const DESCRIPTION = [
  'JSON in, JSON out. Errors are `{error, message, details?, requestId}`: `error` is a stable code, `message` a sentence',
  'for people. Times are ISO 8601 in UTC, ids are opaque strings, pages are walked with `next`. What is not',
  'yours answers 404, the same as if it did not exist. 429 and 503 carry `Retry-After`, in seconds.',
  'Fields that we do not know are ignored; `PATCH /api/preferences` alone refuses them, so that a misspelt one',
  'does not seem saved.',
].join('\n');

const ERROR: JsonSchema = {
  type: 'object',
  properties: {
    error: { type: 'string', description: 'A stable code.' },
    message: { type: 'string', description: 'What happened and what to do about it.' },
    details: { type: 'array', items: { type: 'object' }, description: 'One entry a fault.' },
    requestId: { type: 'string', description: 'Names the request in our log; also in `X-Request-Id`.' },
  },
  required: ['error', 'message', 'requestId'],
};

const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'A token of the host application (`sub`, `familyId`, `name`, `exp`, a day ahead at most; `iss` and `aud`, if there, as set), or the `token` of an app session.',
  },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-fcs_session',
    description:
      'The session of a browser (`fcs_session` without https). What changes something needs our `Origin`.',
  },
  service: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token of the host application with `scope: "service"` and `exp`, a day ahead at most.',
  },
  twilio: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Twilio-Signature',
    description: 'HMAC-SHA1 over the public address and the form, keyed with the account’s auth token.',
  },
};

/** What a document is made of. */
export interface DocumentInput {
  endpoints: readonly Endpoint[];
  described: readonly DescribedRoute[];
  /** Names of the tags in the order of reading, and what they hold. */
  tags: Readonly<Record<string, string>>;
  title: string;
}

/** Writes the document of every route, from the definitions that also run them. */
export function openApiDocument({ endpoints, described, tags, title }: DocumentInput): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  const add = (path: string, method: string, operation: Operation) => {
    paths[path] = { ...paths[path], [method]: operation };
  };
  for (const endpoint of endpoints) add(endpoint.path, endpoint.method, operationOf(endpoint));
  for (const route of described) add(route.path, route.method, describedOperation(route));
  return {
    openapi: '3.1.0',
    info: { title, version: '1.0.0', description: DESCRIPTION },
    servers: [{ url: '/' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: { Error: ERROR }, securitySchemes: SECURITY_SCHEMES },
  };
}
