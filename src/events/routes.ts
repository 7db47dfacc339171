import * as z from 'zod';
import { EVENT_TYPES, type EventType } from '../db/column-values.ts';
import { AppError } from '../platform/errors.ts';
import { endpoint, jsonResponse } from '../platform/http/endpoint.ts';
import { id, pageSize } from '../platform/http/validation.ts';
import { readEventId } from './event-cursor.ts';
import { eventSchema } from './event-data.ts';
import { findEvent, readEvents } from './read-events.ts';

const tag = 'Events';

const isType = (text: string): text is EventType => (EVENT_TYPES as readonly string[]).includes(text);
const ANY = EVENT_TYPES.map((type) => type.replace('.', '\\.')).join('|');
const types = z
  .string()
  .transform((text) => text.split(',').map((type) => type.trim()))
  .refine((list) => list.every(isType), `should be types, comma-separated, of: ${EVENT_TYPES.join(', ')}`)
  .transform((list) => list.filter(isType))
  .meta({
    type: 'string',
    pattern: `^(${ANY})(,(${ANY}))*$`,
    examples: ['message.created,consent.withdrawn'],
  });

/** The routes of events. */
export const eventEndpoints = [
  endpoint({
    method: 'get',
    path: '/api/admin/events',
    who: 'service',
    scope: 'read',
    tag,
    summary: 'Facts, oldest first, without gaps and repeats',
    description:
      'Ask with `after` set to the `next` of the last answer; it is always there. No event: nothing has happened since. Events are kept for `KEEP_EVENTS_DAYS`.',
    query: z.object({
      after: z.string().max(2000).optional().describe('The `next` of an earlier answer'),
      types: types.optional().describe('Types, comma-separated; all when absent'),
      familyId: id.optional(),
      limit: pageSize,
    }),
    answer: {
      status: 200,
      description: 'A page.',
      schema: () => z.object({ events: z.array(eventSchema()), next: z.string() }),
    },
    handle: async ({ deps, query }) => jsonResponse(await readEvents(deps, query)),
  }),
  endpoint({
    method: 'post',
    path: '/api/admin/events/{id}/redeliver',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'Post an event to the receiver again, under the same id',
    params: z.object({ id }),
    answer: {
      status: 202,
      description: 'It will be posted.',
      schema: () => z.object({ ok: z.literal(true) }),
    },
    errors: ['event_not_found', 'events_off'],
    handle: async ({ deps, params }) => {
      const key = readEventId(params.id);
      if (!key || !(await findEvent(deps, key)))
        throw new AppError('event_not_found', 'There is no such event, or it is no longer kept.');
      if (!deps.config.EVENTS_URL) throw new AppError('events_off', 'Set EVENTS_URL: there is no receiver.');
      await deps.enqueueEvents({ redeliver: params.id });
      return jsonResponse({ ok: true }, 202);
    },
  }),
] as const;
