import * as z from 'zod';
import { audit } from '../platform/audit.ts';
import { AppError } from '../platform/errors.ts';
import { endpoint, jsonResponse } from '../platform/http/endpoint.ts';
import { instant, iso, isoOrNull, line, namedSchema, timestamp } from '../platform/http/validation.ts';
import { deletePause, listPauses, PAUSE_SCOPE, type Pause, putPause } from '../platform/pauses.ts';

const tag = 'Operations';

const scope = z
  .string()
  .regex(PAUSE_SCOPE, 'should be service, family:ID, country:CC or kind:code')
  .describe('`service`, `family:ID`, `country:CC` or `kind:code`; codes go on unless they are named.');

const pauseSchema = namedSchema('Pause', () =>
  z.object({
    scope: z.string(),
    until: timestamp.nullable().describe('Null: until it is taken away.'),
    reason: z.string(),
    since: timestamp,
  }),
);

const toJson = ({ until, since, ...pause }: Pause) => ({
  ...pause,
  until: isoOrNull(until),
  since: iso(since),
});

/** The brake: what operators keep from being texted. It holds everywhere within two seconds. */
export const pauseEndpoints = [
  endpoint({
    method: 'put',
    path: '/api/admin/pause',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'Pause texts of a scope; what waits goes later, or expires',
    body: z.object({ scope, until: instant.nullish(), reason: line(200) }),
    answer: { status: 200, description: 'Paused.', schema: () => z.object({ pause: pauseSchema() }) },
    handle: async ({ deps, caller, body }) => {
      const until = body.until ?? null;
      if (until !== null && until <= deps.now())
        throw new AppError('invalid_request', '"until" should be a time to come.', {
          details: [{ in: 'body', field: 'until', problem: 'has passed' }],
        });
      await audit(deps, { actor: caller.actor, act: 'pause', subject: body.scope });
      const pause = await putPause(deps.db.directory, { ...body, until }, deps.now());
      deps.log.warn('texts.paused', { scope: pause.scope });
      return jsonResponse({ pause: toJson(pause) });
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/admin/pause',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'Let texts of a scope go again; repeating it does no harm',
    query: z.object({ scope }),
    answer: { status: 200, description: 'They go again.', schema: () => z.object({ ok: z.literal(true) }) },
    handle: async ({ deps, caller, query }) => {
      await audit(deps, { actor: caller.actor, act: 'resume', subject: query.scope });
      await deletePause(deps.db.directory, query.scope);
      deps.log.warn('texts.resumed', { scope: query.scope });
      return jsonResponse({ ok: true });
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/admin/pause',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'What is paused now',
    answer: {
      status: 200,
      description: 'The pauses.',
      schema: () => z.object({ pauses: z.array(pauseSchema()) }),
    },
    handle: async ({ deps }) =>
      jsonResponse({ pauses: (await listPauses(deps.db.directory, deps.now())).map(toJson) }),
  }),
] as const;
