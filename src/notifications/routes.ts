import * as z from 'zod';
import { endpoint, jsonResponse } from '../platform/http/endpoint.ts';
import { id, pageSize } from '../platform/http/validation.ts';
import { deliverySchema, listDeliveries } from './operate/delivery-log.ts';
import { sendTestText } from './test-text.ts';

/** A page cursor: the `next` of the page before. */
export const cursor = id.optional();

/** The routes of the delivery log and the test text. */
export const notificationEndpoints = [
  endpoint({
    method: 'get',
    path: '/api/deliveries',
    who: 'user',
    tag: 'Texts',
    summary: 'Why texts came or did not come: your own log, newest first',
    query: z.object({ limit: pageSize, cursor }),
    answer: {
      status: 200,
      description: 'A page of the log.',
      schema: () => z.object({ deliveries: z.array(deliverySchema()), next: z.string().nullable() }),
    },
    handle: async ({ deps, caller, query }) => jsonResponse(await listDeliveries(deps, caller, query)),
  }),
  endpoint({
    method: 'post',
    path: '/api/sms/test',
    who: 'user',
    tag: 'Texts',
    summary: 'Send yourself a test text, once a minute',
    answer: {
      status: 202,
      description: 'On its way; watch the log.',
      schema: () => z.object({ deliveryId: z.string() }),
    },
    errors: ['rate_limited'],
    handle: async ({ deps, caller }) => jsonResponse({ deliveryId: await sendTestText(deps, caller) }, 202),
  }),
] as const;
