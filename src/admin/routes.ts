import * as z from 'zod';
import { retractForHost } from '../chat/change-message.ts';
import { messageSchema } from '../chat/message.ts';
import { STATUSES } from '../db/column-values.ts';
import { sweepEvents } from '../events/event-queue.ts';
import { mintMagic } from '../links/magic-link.ts';
import { retryDeadLetter } from '../notifications/operate/dead-letters.ts';
import { hostDeliverySchema, searchDeliveries } from '../notifications/operate/delivery-log.ts';
import { loadStats, statsSchema } from '../notifications/operate/stats.ts';
import { sweep } from '../notifications/operate/sweep.ts';
import { cursor } from '../notifications/routes.ts';
import { audit } from '../platform/audit.ts';
import { endpoint, jsonResponse } from '../platform/http/endpoint.ts';
import { id, iso, pageSize, timestamp } from '../platform/http/validation.ts';
import { once } from '../platform/once.ts';
import { hostEndpoints } from './host-endpoints.ts';
import { familyMirror, threadMirror, userMirror } from './host-schemas.ts';
import { deleteUser, putFamily, putUser } from './mirror.ts';
import { putThread } from './mirror-thread.ts';
import { mirroredUserSchema } from './mirrored-user.ts';

const tag = 'Service';
const params = z.object({ id });
const done = once(() => z.object({ ok: z.literal(true) }));
const hours = z
  .string()
  .regex(/^\d{1,4}$/, 'should be a whole number from 1 to 2160')
  .transform(Number)
  .refine((n) => n >= 1 && n <= 2160, 'should be a whole number from 1 to 2160')
  .default(24)
  .meta({ type: 'integer', minimum: 1, maximum: 2160 });

/** The routes of the service API: mirroring the host's data, and operations. */
export const adminEndpoints = [
  ...hostEndpoints,
  endpoint({
    method: 'put',
    path: '/api/admin/families/{id}',
    who: 'service',
    scope: 'mirror',
    tag,
    summary: 'Mirror a family; an absent field keeps what is there',
    params,
    body: familyMirror,
    answer: { status: 200, description: 'Mirrored.', schema: done },
    handle: async ({ deps, params, body }) => {
      await putFamily(deps, params.id, body);
      return jsonResponse({ ok: true });
    },
  }),
  endpoint({
    method: 'put',
    path: '/api/admin/users/{id}',
    who: 'service',
    scope: 'mirror',
    tag,
    summary: 'Mirror a person, with a verified phone and consent where you have them',
    params,
    body: userMirror,
    answer: {
      status: 200,
      description: 'The person is mirrored; what came of number and consent.',
      schema: mirroredUserSchema,
    },
    errors: ['family_not_found', 'conflict', 'phone_in_use'],
    handle: async ({ deps, params, body }) =>
      jsonResponse({ ok: true, ...(await putUser(deps, params.id, body)) }),
  }),
  endpoint({
    method: 'delete',
    path: '/api/admin/users/{id}',
    who: 'service',
    scope: 'mirror',
    tag,
    summary: 'Delete a person; what they wrote stays under "Former member"',
    params,
    answer: { status: 200, description: 'Deleted; repeating it does no harm.', schema: done },
    errors: ['user_not_found'],
    handle: async ({ deps, params }) => {
      await deleteUser(deps, params.id);
      return jsonResponse({ ok: true });
    },
  }),
  endpoint({
    method: 'put',
    path: '/api/admin/threads/{id}',
    who: 'service',
    scope: 'mirror',
    tag,
    summary: 'Mirror a thread; memberIds replaces its members',
    params,
    body: threadMirror,
    answer: { status: 200, description: 'Mirrored.', schema: done },
    errors: ['family_not_found', 'user_not_found', 'conflict'],
    handle: async ({ deps, params, body }) => {
      await putThread(deps, params.id, body);
      return jsonResponse({ ok: true });
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/admin/messages/{id}',
    who: 'service',
    scope: 'post',
    tag,
    summary: "Take anybody's message back; nobody is texted about it any more",
    params,
    answer: {
      status: 200,
      description: 'The message without its words; its place in the thread stays.',
      schema: () => z.object({ message: messageSchema() }),
    },
    errors: ['message_not_found'],
    handle: async ({ deps, params }) => jsonResponse({ message: await retractForHost(deps, params.id) }),
  }),
  endpoint({
    method: 'post',
    path: '/api/admin/magic',
    who: 'service',
    scope: 'magic',
    tag,
    summary: 'Mint a magic token that signs a person in at a thread, once',
    body: z.object({ userId: id, threadId: id }),
    answer: {
      status: 200,
      description: 'The token, and the address that carries it.',
      schema: () => z.object({ token: z.string(), url: z.string(), expiresAt: timestamp }),
    },
    errors: ['user_not_found', 'thread_not_found'],
    handle: async ({ deps, body }) => {
      const { token, url, expiresAt } = await mintMagic(deps, body);
      return jsonResponse({ token, url, expiresAt: iso(expiresAt) });
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/admin/deliveries',
    who: 'service',
    scope: 'read',
    tag,
    summary: 'Deliveries, newest first, by family, person or status',
    query: z.object({
      familyId: id.optional(),
      userId: id.optional(),
      status: z.enum(STATUSES).optional(),
      limit: pageSize,
      cursor,
    }),
    answer: {
      status: 200,
      description: 'A page.',
      schema: () =>
        z.object({
          deliveries: z.array(hostDeliverySchema()),
          next: z.string().nullable().describe('A page may be short, or empty, and not the last one.'),
          databases: z
            .object({ down: z.array(z.string()) })
            .describe('Databases that did not answer, and were left out.'),
        }),
    },
    handle: async ({ deps, query }) => jsonResponse(await searchDeliveries(deps, query)),
  }),
  endpoint({
    method: 'get',
    path: '/api/admin/stats',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'Texts by outcome, reasons, errors, opens, dead letters, alerts: no personal data',
    query: z.object({ hours }),
    answer: { status: 200, description: 'The stats.', schema: statsSchema },
    handle: async ({ deps, query }) => jsonResponse(await loadStats(deps, query.hours)),
  }),
  endpoint({
    method: 'post',
    path: '/api/admin/sweep',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'Do now what the cron does each minute',
    answer: {
      status: 200,
      description: 'What it found.',
      schema: () => z.object({ woken: z.int(), updates: z.int() }),
    },
    handle: async ({ deps }) => {
      const [found] = await Promise.all([sweep(deps), sweepEvents(deps)]);
      return jsonResponse(found);
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/admin/deliveries/{id}/retry',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'Send a dead letter again',
    params,
    answer: { status: 202, description: 'Enqueued.', schema: done },
    errors: ['delivery_not_found', 'not_dead'],
    handle: async ({ deps, caller, params }) => {
      await retryDeadLetter(deps, params.id);
      await audit(deps, { actor: caller.actor, act: 'retry', subject: params.id });
      return jsonResponse({ ok: true }, 202);
    },
  }),
] as const;
