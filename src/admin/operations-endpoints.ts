import * as z from 'zod';
import { AUDITED_ACTS } from '../db/column-values.ts';
import { retrying } from '../db/retry.ts';
import { loadOverview } from '../events/operations-overview.ts';
import { lookUp, lookUpSchema } from '../identity/look-up/person-look-up.ts';
import { acknowledgeAlert, alertSchema } from '../notifications/operate/acknowledge.ts';
import { partSchema } from '../notifications/operate/part-states.ts';
import { statsSchema, utcDay } from '../notifications/operate/stats.ts';
import { cursor } from '../notifications/routes.ts';
import { selectActs } from '../platform/audit.ts';
import { endpoint, jsonResponse } from '../platform/http/endpoint.ts';
import { id, iso, isoOrNull, line, namedSchema, pageSize, timestamp } from '../platform/http/validation.ts';

const tag = 'Operations';

const auditSchema = namedSchema('AuditEntry', () =>
  z.object({
    id: z.string(),
    at: timestamp,
    actor: z.string().describe("An operator's user id, or the service: `key:ID`, `token:SUBJECT`."),
    act: z.enum(AUDITED_ACTS),
    subject: z
      .string()
      .nullable()
      .describe('The id of the person, alert or delivery, or the scope of a pause; null: nothing was found.'),
  }),
);

const receiverSchema = namedSchema('ReceiverHealth', () =>
  z.object({
    lastSuccessAt: timestamp.nullable(),
    lastFailureAt: timestamp.nullable(),
    lastError: z.string().nullable(),
    failures: z.int().describe('Since the last success.'),
    waiting: z.int().describe('Events that were not handed over yet, roughly.'),
    oldestAt: timestamp.nullable(),
    families: z.int().describe('Whose events wait behind one that was refused.'),
    gone: z.boolean().describe('It said 410 and is asked no more.'),
  }),
);

/** What operators do beside pauses: alerts, and what was done by whom. */
export const operationsEndpoints = [
  endpoint({
    method: 'post',
    path: '/api/admin/alerts/{id}/acknowledge',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'Say that an alert is known: it stays listed and is posted no more; repeating it does no harm',
    params: z.object({ id }),
    answer: {
      status: 200,
      description: 'The alert. Older ones of its kind are acknowledged with it.',
      schema: () => z.object({ alert: alertSchema() }),
    },
    errors: ['alert_not_found'],
    handle: async ({ deps, caller, params }) =>
      jsonResponse({ alert: await acknowledgeAlert(deps, params.id, caller.actor) }),
  }),
  endpoint({
    method: 'get',
    path: '/api/admin/health',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'How each part does that texts and events go through, with its proof',
    answer: {
      status: 200,
      description: 'The parts, what is wrong now, and the receiver of events.',
      schema: () =>
        z.object({
          troubles: statsSchema().shape.troubles,
          parts: z.array(partSchema()),
          receiver: receiverSchema(),
        }),
    },
    handle: async ({ deps }) => {
      const { today, parts, receiver } = await loadOverview(deps, utcDay);
      const { lastSuccessAt, lastFailureAt, oldestAt } = receiver;
      return jsonResponse({
        troubles: today.troubles,
        parts,
        receiver: {
          ...receiver,
          lastSuccessAt: isoOrNull(lastSuccessAt),
          lastFailureAt: isoOrNull(lastFailureAt),
          oldestAt: isoOrNull(oldestAt),
        },
      });
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/admin/look-up',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'Why did this person get nothing? Everything that decides about texts to one person',
    description:
      'Found by a number, by the id of a person, a family or a delivery, or by how a name begins. Each look is written into the audit log before anybody is shown. It is a POST so that no number stands in an address.',
    body: z.object({ q: line(200).describe('A number, an id, or how a name begins.') }),
    answer: {
      status: 200,
      description: 'Who was found; the report where it is one.',
      schema: lookUpSchema,
    },
    handle: async ({ deps, caller, body }) => jsonResponse(await lookUp(deps, body.q, caller.actor)),
  }),
  endpoint({
    method: 'get',
    path: '/api/admin/audit',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'What operators did, and whom they looked at, newest first',
    query: z.object({ limit: pageSize, cursor }),
    answer: {
      status: 200,
      description: 'A page.',
      schema: () => z.object({ entries: z.array(auditSchema()), next: z.string().nullable() }),
    },
    handle: async ({ deps, query: { limit, cursor } }) => {
      const rows = await retrying(() => deps.db.directory.all(selectActs(limit + 1, cursor)));
      const page = rows.slice(0, limit);
      const entries = page.map((row) => ({ ...row, at: iso(row.at) }));
      return jsonResponse({ entries, next: rows.length > limit ? page.at(-1)!.id : null });
    },
  }),
] as const;
