import * as z from 'zod';
import { explainDeliveries } from '../notifications/operate/delivery-log.ts';
import { isBlank } from '../platform/characters.ts';
import { AppError } from '../platform/errors.ts';
import { endpoint, jsonResponse } from '../platform/http/endpoint.ts';
import { idempotencyKey } from '../platform/http/repeated-requests.ts';
import { id, instant, isoOrNull, line, pageSize, prose, timestamp } from '../platform/http/validation.ts';
import { FOREVER } from '../platform/time.ts';
import { editMessage, retractMessage } from './change-message.ts';
import { listMessages } from './list-messages.ts';
import { messageSchema } from './message.ts';
import { setMute } from './mute.ts';
import { postMessage } from './post-message.ts';
import { markRead } from './read.ts';
import { searchMessages } from './search.ts';
import { createThread, getThread, listThreads, mutedJson, threadSchema } from './threads.ts';

const tag = 'Chat';
const threadParams = z.object({ id });
const seq = z
  .string()
  .regex(/^\d{1,15}$/, 'should be the seq of a message')
  .transform(Number)
  .meta({ type: 'integer', minimum: 0 });

/** The routes of threads, messages, reads and mutes. */
export const chatEndpoints = [
  endpoint({
    method: 'get',
    path: '/api/threads',
    who: 'user',
    tag,
    summary: 'Your threads, newest activity first, with unread counts',
    answer: {
      status: 200,
      description: 'The threads.',
      schema: () => z.object({ threads: z.array(threadSchema()) }),
    },
    handle: async ({ deps, caller }) => jsonResponse({ threads: await listThreads(deps, caller) }),
  }),
  endpoint({
    method: 'post',
    path: '/api/threads',
    who: 'user',
    tag,
    summary: 'Create a thread inside your family',
    body: z.object({ title: line(120), memberIds: z.array(id).max(200) }),
    answer: { status: 201, description: 'The thread.', schema: () => z.object({ thread: threadSchema() }) },
    errors: ['user_not_found', 'rate_limited'],
    handle: async ({ deps, caller, body }) =>
      jsonResponse({ thread: await createThread(deps, caller, body) }, 201),
  }),
  endpoint({
    method: 'get',
    path: '/api/threads/{id}',
    who: 'user',
    tag,
    summary: 'One thread',
    params: threadParams,
    answer: { status: 200, description: 'The thread.', schema: () => z.object({ thread: threadSchema() }) },
    errors: ['thread_not_found'],
    handle: async ({ deps, caller, params }) =>
      jsonResponse({ thread: await getThread(deps, caller, params.id) }),
  }),
  endpoint({
    method: 'get',
    path: '/api/threads/{id}/messages',
    who: 'user',
    tag,
    summary: 'Messages, newest first; with `after`, oldest first, for catching up',
    params: threadParams,
    query: z.object({ limit: pageSize, before: seq.optional(), after: seq.optional() }),
    answer: {
      status: 200,
      description: 'A page; `next` goes into `before` (or `after`) for the next one.',
      schema: () => z.object({ messages: z.array(messageSchema()), next: z.string().nullable() }),
    },
    errors: ['thread_not_found'],
    handle: async ({ deps, caller, params, query }) => {
      if (query.before !== undefined && query.after !== undefined) {
        throw new AppError('invalid_request', 'Send "before" or "after", not both.');
      }
      return jsonResponse(await listMessages(deps, caller, params.id, query));
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/search',
    who: 'user',
    tag,
    summary: 'Find messages in your threads by words they hold, newest first',
    query: z.object({
      q: line(100).describe('Words, all of which a message must hold; case and accents do not count.'),
      threadId: id.optional().describe('In this thread alone.'),
      limit: pageSize,
      before: z.string().max(220).optional().describe('`next` of the page before.'),
    }),
    answer: {
      status: 200,
      description:
        'What was found. A page looks back through 5,000 messages, or 500,000 letters, at most: it may hold fewer than `limit`, even none, ' +
        'while `next` still leads further back.',
      schema: () => z.object({ messages: z.array(messageSchema()), next: z.string().nullable() }),
    },
    errors: ['thread_not_found', 'rate_limited'],
    handle: async ({ deps, caller, query: { q: question, ...query } }) =>
      jsonResponse(await searchMessages(deps, caller, { question, ...query })),
  }),
  endpoint({
    method: 'post',
    path: '/api/threads/{id}/messages',
    who: 'claimed',
    tag,
    summary: 'Post a message; everyone who should be told is told',
    params: threadParams,
    headers: { 'Idempotency-Key': 'A repeat with the same key makes no second message.' },
    body: z.object({
      body: prose(4000).default(''),
      fileIds: z.array(id).max(10).default([]),
      urgent: z.boolean().default(false),
    }),
    answer: {
      status: 201,
      description: 'The message.',
      schema: () => z.object({ message: messageSchema() }),
    },
    errors: ['empty_message', 'thread_not_found', 'idempotency_conflict', 'rate_limited'],
    handle: async ({ deps, caller, params, body, request }) => {
      if (isBlank(body.body) && body.fileIds.length === 0) {
        throw new AppError('empty_message', 'Send some words or at least one file.');
      }
      const clientKey = idempotencyKey(request);
      const message = await postMessage(deps, caller, {
        ...body,
        threadId: params.id,
        via: caller.via === 'cookie' ? 'portal' : 'app',
        clientKey,
      });
      return jsonResponse({ message }, 201);
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/threads/{id}/messages/{messageId}/deliveries',
    who: 'user',
    tag,
    summary: 'Who was told about your message, and who will see it later',
    params: z.object({ id, messageId: id }),
    answer: {
      status: 200,
      description: 'One entry a recipient; private settings are not given away.',
      schema: () =>
        z.object({
          deliveries: z.array(
            z.object({
              userId: z.string(),
              name: z.string(),
              told: z.boolean(),
              read: z.boolean(),
              explanation: z.string(),
              sentAt: timestamp.nullable().describe('When a text that told of it left; null: none did.'),
            }),
          ),
        }),
    },
    errors: ['message_not_found'],
    handle: async ({ deps, caller, params }) => {
      const told = await explainDeliveries(deps, caller, params.id, params.messageId);
      return jsonResponse({ deliveries: told.map((one) => ({ ...one, sentAt: isoOrNull(one.sentAt) })) });
    },
  }),
  endpoint({
    method: 'patch',
    path: '/api/threads/{id}/messages/{messageId}',
    who: 'user',
    tag,
    summary: 'Edit your message; texts that have not left yet quote what it says now',
    params: z.object({ id, messageId: id }),
    body: z.object({ body: prose(4000) }),
    answer: {
      status: 200,
      description: 'The message.',
      schema: () => z.object({ message: messageSchema() }),
    },
    errors: ['empty_message', 'message_not_found', 'conflict', 'rate_limited'],
    handle: async ({ deps, caller, params, body }) => {
      return jsonResponse({
        message: await editMessage(deps, caller, params.id, params.messageId, body.body),
      });
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/threads/{id}/messages/{messageId}',
    who: 'user',
    tag,
    summary: 'Take your message back; nobody is texted about it any more',
    params: z.object({ id, messageId: id }),
    answer: {
      status: 200,
      description:
        'The message without its words. What had left before cannot be unsent: see its deliveries.',
      schema: () => z.object({ message: messageSchema() }),
    },
    errors: ['message_not_found', 'rate_limited'],
    handle: async ({ deps, caller, params }) => {
      return jsonResponse({ message: await retractMessage(deps, caller, params.id, params.messageId) });
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/threads/{id}/read',
    who: 'user',
    tag,
    summary: 'Mark read, up to a message or to the end',
    params: threadParams,
    body: z.object({ messageId: id.optional() }),
    optionalBody: true,
    answer: {
      status: 200,
      description: 'How far you have read.',
      schema: () => z.object({ ok: z.literal(true), lastReadSeq: z.int(), unread: z.int() }),
    },
    errors: ['thread_not_found', 'message_not_found', 'rate_limited'],
    handle: async ({ deps, caller, params, body }) => {
      await deps.edge.act('read', caller, deps.now());
      return jsonResponse({ ok: true, ...(await markRead(deps, caller, params.id, body.messageId ?? null)) });
    },
  }),
  endpoint({
    method: 'put',
    path: '/api/threads/{id}/mute',
    who: 'user',
    tag,
    summary: 'Mute a thread, for good or until a time',
    params: threadParams,
    body: z.object({ until: instant.nullish() }),
    optionalBody: true,
    answer: {
      status: 200,
      description: 'Muted.',
      schema: () => z.object({ ok: z.literal(true), mutedUntil: z.union([timestamp, z.literal(true)]) }),
    },
    errors: ['thread_not_found', 'rate_limited'],
    handle: async ({ deps, caller, params, body }) => {
      const until = body.until ?? FOREVER;
      await setMute(deps, caller, params.id, until);
      return jsonResponse({ ok: true, mutedUntil: mutedJson(until, deps.now()) });
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/threads/{id}/mute',
    who: 'user',
    tag,
    summary: 'Hear of a thread again',
    params: threadParams,
    answer: { status: 200, description: 'Not muted.', schema: () => z.object({ ok: z.literal(true) }) },
    errors: ['thread_not_found', 'rate_limited'],
    handle: async ({ deps, caller, params }) => {
      await setMute(deps, caller, params.id, null);
      return jsonResponse({ ok: true });
    },
  }),
] as const;
