import * as z from 'zod';
import { messageSchema } from '../chat/message.ts';
import { preferencesAnswer } from '../identity/preferences/preferences-schema.ts';
import { vouchFor } from '../numbers/second-factor.ts';
import { endpoint, jsonResponse } from '../platform/http/endpoint.ts';
import { idempotencyKey, tagged } from '../platform/http/repeated-requests.ts';
import { id } from '../platform/http/validation.ts';
import { familyOfKnownUser, userNotFound } from './find-family.ts';
import { hostMessage, hostPreferences } from './host-schemas.ts';
import { importBody } from './import.ts';
import { deleteFamily, deleteThread } from './mirror-deletes.ts';
import {
  mirroredFamilySchema,
  mirroredPersonSchema,
  mirroredThreadSchema,
  readFamily,
  readThread,
  readUser,
} from './mirror-reads.ts';
import { patchForUser, postForUser, readForUser, setHostPresence } from './on-behalf.ts';

const tag = 'Service';
const params = z.object({ id });
const deleted = { status: 200, description: 'Deleted.', schema: () => z.object({ ok: z.literal(true) }) };

/** What the host reads back, deletes, and does on behalf of its people. */
export const hostEndpoints = [
  endpoint({
    method: 'get',
    path: '/api/admin/families/{id}',
    who: 'service',
    scope: 'read',
    tag,
    summary: 'A family as it stands here, with the database that holds it',
    params,
    answer: { status: 200, description: 'The family.', schema: mirroredFamilySchema },
    errors: ['family_not_found'],
    handle: async ({ deps, params }) => jsonResponse(await readFamily(deps, params.id)),
  }),
  endpoint({
    method: 'get',
    path: '/api/admin/users/{id}',
    who: 'service',
    scope: 'read',
    tag,
    summary: 'A person as they stand here, with the state of their number and texts',
    params,
    answer: { status: 200, description: 'The person.', schema: mirroredPersonSchema },
    errors: ['user_not_found'],
    handle: async ({ deps, params }) => jsonResponse(await readUser(deps, params.id)),
  }),
  endpoint({
    method: 'post',
    path: '/api/admin/users/{id}/vouch',
    who: 'service',
    scope: 'mirror',
    tag,
    summary: 'Give your word that it is this person who signs in with their number',
    description:
      'After 403 `second_sign_needed`, because their number was out of service or silent for a year. Good for a day.',
    params,
    answer: {
      status: 200,
      description: 'For a day they sign in by phone.',
      schema: () => z.object({ ok: z.literal(true) }),
    },
    errors: ['user_not_found'],
    handle: async ({ deps, params }) => {
      const familyId = await familyOfKnownUser(deps, params.id);
      if (!(await vouchFor(deps, { userId: params.id, familyId }))) throw userNotFound();
      deps.log.info('login.vouched', { userId: params.id, by: 'host' });
      return jsonResponse({ ok: true });
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/admin/threads/{id}',
    who: 'service',
    scope: 'read',
    tag,
    summary: 'A thread as it stands here, with its members',
    params,
    answer: { status: 200, description: 'The thread.', schema: mirroredThreadSchema },
    errors: ['thread_not_found'],
    handle: async ({ deps, params }) => jsonResponse(await readThread(deps, params.id)),
  }),
  endpoint({
    method: 'delete',
    path: '/api/admin/families/{id}',
    who: 'service',
    scope: 'mirror',
    tag,
    summary: 'Delete a family with all its people, threads, messages and numbers',
    description:
      'What stays is the ledger of consent as proof, without addresses and browsers, and each opt-out under the keyed hash of its number.',
    params,
    answer: deleted,
    errors: ['family_not_found'],
    handle: async ({ deps, params }) => {
      await deleteFamily(deps, params.id);
      return jsonResponse({ ok: true });
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/admin/threads/{id}',
    who: 'service',
    scope: 'mirror',
    tag,
    summary: 'Delete a thread with all that was said in it',
    params,
    answer: deleted,
    errors: ['thread_not_found'],
    handle: async ({ deps, params }) => {
      await deleteThread(deps, params.id);
      return jsonResponse({ ok: true });
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/admin/threads/{id}/messages',
    who: 'service',
    scope: 'post',
    tag,
    summary: 'Post a message on behalf of a person; everyone who should be told is told',
    params,
    headers: { 'Idempotency-Key': 'A repeat with the same key makes no second message.' },
    body: hostMessage,
    answer: {
      status: 201,
      description: 'The message.',
      schema: () => z.object({ message: messageSchema() }),
    },
    errors: [
      'thread_not_found',
      'user_not_found',
      'empty_message',
      'idempotency_conflict',
      'conflict',
      'rate_limited',
    ],
    handle: async ({ deps, params, body, request }) =>
      jsonResponse({ message: await postForUser(deps, params.id, body, idempotencyKey(request)) }, 201),
  }),
  endpoint({
    method: 'post',
    path: '/api/admin/threads/{id}/read',
    who: 'service',
    scope: 'post',
    tag,
    summary: 'Mark a thread read for a person, up to a message or to the end',
    params,
    body: z.object({ userId: id, messageId: id.optional() }),
    answer: {
      status: 200,
      description: 'How far the person has read.',
      schema: () => z.object({ ok: z.literal(true), lastReadSeq: z.int(), unread: z.int() }),
    },
    errors: ['thread_not_found', 'user_not_found', 'message_not_found'],
    handle: async ({ deps, params, body }) =>
      jsonResponse({ ok: true, ...(await readForUser(deps, params.id, body)) }),
  }),
  endpoint({
    method: 'post',
    path: '/api/admin/import',
    who: 'service',
    scope: 'mirror',
    tag,
    summary: 'Mirror many families, people, threads and messages in one call',
    description: [
      'Each line stands for itself: what one is refused for does not touch the others, and all of them may be sent',
      'again. Families come first, then people, then the rest in its order. Messages are history: nobody is texted.',
    ].join(' '),
    rawBody: {
      mediaType: 'application/x-ndjson',
      description:
        'A JSON object a line: `{"family": …}`, `{"user": …}`, `{"thread": …}` or `{"message": …}`, each as its own route takes it, with `id` (and `threadId`) inside. At most 1,000 lines and 4 MiB.',
    },
    answer: {
      status: 200,
      description: 'A result for each line, in their order: `ok`, or `error` and `message`.',
      mediaType: 'application/x-ndjson',
      schema: () =>
        z.object({
          line: z.int().describe('From 1'),
          ok: z.literal(true).optional(),
          error: z.string().optional(),
          message: z.string().optional(),
        }),
    },
    handle: async ({ deps, request }) => {
      const results = await importBody(deps, request);
      const text = results.map((result) => `${JSON.stringify(result)}\n`).join('');
      return new Response(text, {
        headers: { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' },
      });
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/admin/presence',
    who: 'service',
    scope: 'post',
    tag,
    summary: 'Say who is in your app now: all of them, in one call',
    description:
      'Whoever is not named is what sockets and heartbeats say. Repeat it within `ttlSeconds`, and whenever somebody comes or goes.',
    body: z.object({
      present: z.array(id).max(10_000),
      ttlSeconds: z
        .int()
        .min(1)
        .max(600)
        .optional()
        .describe('For how long it counts; PRESENCE_TTL_SECONDS when absent'),
    }),
    maxBodyBytes: 2 * 1024 * 1024,
    answer: {
      status: 200,
      description: 'They are here; those of `unknown` are nobody.',
      schema: () => z.object({ ok: z.literal(true), unknown: z.array(z.string()) }),
    },
    handle: async ({ deps, body: { present, ttlSeconds = deps.config.PRESENCE_TTL_SECONDS } }) =>
      jsonResponse({ ok: true, ...(await setHostPresence(deps, present, ttlSeconds * 1000)) }),
  }),
  endpoint({
    method: 'put',
    path: '/api/admin/users/{id}/preferences',
    who: 'service',
    scope: 'mirror',
    tag,
    summary: 'Change a person’s preferences as they told you; absent fields keep what is there',
    description:
      'An opt-out that somebody told you is one of the ledger. An opt-in needs `consent`, and gives way to a younger opt-out (`conflict`).',
    params,
    headers: { 'If-Match': 'Optional. The ETag that was read: a change in between is then a 412.' },
    body: hostPreferences,
    answer: { status: 200, description: 'Preferences, with the new ETag', schema: preferencesAnswer },
    errors: [
      'user_not_found',
      'thread_not_found',
      'phone_unverified',
      'carrier_opted_out',
      'conflict',
      'precondition_failed',
    ],
    handle: async ({ deps, params, body, request }) => {
      const changed = await patchForUser(deps, params.id, body, request.headers.get('If-Match'));
      return jsonResponse(changed.preferences, 200, tagged(changed.etag));
    },
  }),
] as const;
