import * as z from 'zod';
import type { SlotMove } from '../db/move/slot-move-record.ts';
import { SLOTS } from '../db/stores/slots.ts';
import { endpoint, jsonResponse } from '../platform/http/endpoint.ts';
import { iso, timestamp } from '../platform/http/validation.ts';
import { once } from '../platform/once.ts';
import { startSlotMove } from './moves.ts';
import { listSlotMoves, readRanges } from './slot-moves.ts';

const tag = 'Operations';
const slot = z
  .int()
  .min(0)
  .max(SLOTS - 1);

const slotMoveSchema = once(() =>
  z.object({
    id: z.string(),
    first: z.int(),
    last: z.int().describe('Inclusive'),
    from: z.string(),
    to: z.string(),
    state: z
      .enum(['closing', 'given', 'moving', 'done'])
      .describe(
        '`closing`: its slots take no new family for a moment; `given`: new families go to the new database; `moving`: the others follow.',
      ),
    familiesLeft: z.int().describe('Families that have not moved yet'),
    startedAt: timestamp,
    steppedAt: timestamp.describe('When it reached this state'),
    problem: z.string().nullable().describe('What its last attempt met'),
  }),
);

const toJson = ({ source, target, startedAt, steppedAt, wakeAt: _, ...rest }: SlotMove) => ({
  ...rest,
  from: source,
  to: target,
  startedAt: iso(startedAt),
  steppedAt: iso(steppedAt),
});

/** The map of slots, for operators. */
export const slotEndpoints = [
  endpoint({
    method: 'get',
    path: '/api/admin/slots',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'Which database holds which slots, and the newest moves of slots',
    description:
      'A family is in the slot that the first 14 bits of its id’s SHA-256 name. Slots of no range are in `d1:main`.',
    answer: {
      status: 200,
      description: 'The map.',
      schema: () =>
        z.object({
          slots: z.array(z.object({ first: z.int(), last: z.int(), database: z.string() })),
          moves: z.array(slotMoveSchema()),
        }),
    },
    handle: async ({ deps }) => {
      const [ranges, moves] = await Promise.all([readRanges(deps), listSlotMoves(deps)]);
      const slots = ranges.map(({ first, last, store }) => ({ first, last, database: store }));
      return jsonResponse({ slots, moves: moves.map(toJson) });
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/admin/slots/moves',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'Give a range of slots to another database; their families move one by one, while they chat',
    body: z.object({
      first: slot,
      last: slot.describe('Inclusive'),
      to: z.string().describe('A database by its name'),
    }),
    answer: {
      status: 202,
      description: 'It is under way; the map of slots tells how far.',
      schema: () => z.object({ id: z.string() }),
    },
    errors: ['conflict'],
    handle: async ({ deps, body }) => jsonResponse({ id: await startSlotMove(deps, body) }, 202),
  }),
] as const;
