import type { Endpoint } from '../endpoint.ts';
import { type DescribedRoute, describedOperation } from './described-route.ts';
import type { JsonSchema } from './json-schema.ts';
import { type Operation, operationOf, schemasOf } from './operation.ts';
import { type DescribedWebhook, webhookOperation, webhookSchemas } from './webhook.ts';

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  openapi: '3.1.0';
  info: {
    title: string;
    version: string;
    description: string;
    license: { name: string; identifier: string };
  };
  servers: { url: string }[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  /** What we post to the host application, by the type of the event. */
  webhooks: Record<string, { post: Operation }>;
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

/** Says what the root `package.json` says; there is no SPDX identifier for it. */
const LICENSE = { name: 'Unlicensed, all rights reserved', identifier: 'LicenseRef-UNLICENSED' };

/** An entry of `details`. */
const PROBLEM: JsonSchema = {
  type: 'object',
  properties: {
    in: { type: 'string', description: 'Where the fault is: `body`, `query`, `path`.' },
    field: { type: 'string', description: 'Which field, with dots between the levels.' },
    problem: { type: 'string', description: 'What the value should be.' },
  },
};

const ERROR: JsonSchema = {
  type: 'object',
  properties: {
    error: { type: 'string', description: 'A stable code.' },
    message: { type: 'string', description: 'What happened and what to do about it.' },
    details: { type: 'array', items: PROBLEM, description: 'One entry a fault.' },
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
  webhook: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description:
      'Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, keyed with `EVENTS_SECRET`. Several, with a space between them, while the secret is rotated.',
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
  webhooks: readonly DescribedWebhook[];
  /** Names of the tags in the order of reading, and what they hold. */
  tags: Readonly<Record<string, string>>;
  title: string;
}

/** Writes the document of every route, from the definitions that also run them. */
export function openApiDocument({
  endpoints,
  described,
  webhooks,
  tags,
  title,
}: DocumentInput): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  const add = (path: string, method: string, operation: Operation) => {
    paths[path] = { ...paths[path], [method]: operation };
  };
  for (const endpoint of endpoints) add(endpoint.path, endpoint.method, operationOf(endpoint));
  for (const route of described) add(route.path, route.method, describedOperation(route));
  const schemas: Record<string, JsonSchema> = Object.assign(
    { Error: ERROR },
    ...endpoints.map(schemasOf),
    ...webhooks.map(webhookSchemas),
  );
  return {
    openapi: '3.1.0',
    info: { title, version: '1.0.0', description: DESCRIPTION, license: LICENSE },
    servers: [{ url: '/' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    webhooks: Object.fromEntries(
      webhooks.map((webhook) => [webhook.type, { post: webhookOperation(webhook) }]),
    ),
    components: { schemas, securitySchemes: SECURITY_SCHEMES },
  };
}
