import type * as z from 'zod';
import { jsonSchemaOf, namedSchemasOf } from './json-schema.ts';
import type { Operation, Parameter } from './operation.ts';

/** A kind of event that we post to the host application. */
export interface DescribedWebhook {
  /** The type of the event, such as `message.created`. */
  type: string;
  tag: string;
  summary: string;
  payload: z.ZodType;
}

const header = (name: string, description: string): Parameter => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

const HEADERS = [
  header('webhook-id', 'The id of the event: the same with every repeat'),
  header('webhook-timestamp', 'When this request was made, in seconds since the epoch'),
  header('webhook-signature', 'See the security scheme `webhook`'),
];

/** The named schemas that the webhook carries. */
export const webhookSchemas = ({ payload }: DescribedWebhook) => namedSchemasOf(payload, 'output');

/** `message.created` → `onMessageCreated`. */
const nameOfHandler = (type: string) =>
  `on${type.replace(/(^|\.)(\w)/g, (_, __, letter: string) => letter.toUpperCase())}`;

/** Describes the request that we make, and what the answers of the host application mean to us. */
export function webhookOperation({ type, tag, summary, payload }: DescribedWebhook): Operation {
  return {
    operationId: nameOfHandler(type),
    tags: [tag],
    summary,
    security: [{ webhook: [] }],
    parameters: HEADERS,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: jsonSchemaOf(payload, 'output') } },
    },
    responses: {
      '2XX': { description: 'Taken; the family\u2019s next event follows.' },
      '410': { description: 'Never again, until EVENTS_URL is another address.' },
      '4XX': {
        description: 'Not taken: the same event comes again, after `Retry-After` where there is one.',
      },
      '5XX': {
        description: 'Not taken: the same event comes again, after `Retry-After` where there is one.',
      },
    },
  };
}
