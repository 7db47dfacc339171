import * as z from 'zod';
import type { Move } from '../db/move/move-record.ts';
import { countFamilies, hasFences } from '../db/stores/store-state.ts';
import { askStores } from '../platform/ask-stores.ts';
import type { Deps } from '../platform/deps.ts';
import { endpoint, jsonResponse } from '../platform/http/endpoint.ts';
import { id, iso, timestamp } from '../platform/http/validation.ts';
import { once } from '../platform/once.ts';
import { listMoves, requestMove } from './moves.ts';

const tag = 'Operations';

const databaseSchema = once(() =>
  z.object({
    name: z.string().describe('As `to` of a move takes it, and `database` of a family says it.'),
    families: z.int().nullable().describe('How many it holds; null while it does not answer.'),
    bytes: z.int().nullable().describe('Its size; null while it does not answer.'),
    state: z
      .enum(['up', 'down', 'unfenced'])
      .describe('`unfenced`: its triggers are missing; apply the migrations before families move.'),
  }),
);

const moveSchema = once(() =>
  z.object({
    id: z.string(),
    familyId: z.string(),
    from: z.string(),
    to: z.string(),
    state: z
      .enum(['draining', 'copying', 'flipped', 'cancelling', 'done', 'cancelled'])
      .describe('`flipped`: the family lives in its new database; the old one is cleared a little later.'),
    startedAt: timestamp,
    steppedAt: timestamp.describe('When it reached this state'),
    problem: z.string().nullable().describe('What its last attempt met'),
  }),
);

const toJson = ({ id, familyId, source, target, state, startedAt, steppedAt, problem }: Move) => ({
  id,
  familyId,
  from: source,
  to: target,
  state,
  startedAt: iso(startedAt),
  steppedAt: iso(steppedAt),
  problem,
});

/** The databases that may hold families, each asked by itself. */
async function listDatabases(deps: Deps): Promise<z.infer<ReturnType<typeof databaseSchema>>[]> {
  const stores = await deps.db.familyStores();
  const { answers } = await askStores(
    deps,
    'databases',
    async (db, store) => {
      const [families, bytes, isFenced] = await Promise.all([
        countFamilies(db),
        deps.db.sizeOf(store),
        hasFences(db),
      ]);
      return { families, bytes, state: isFenced ? ('up' as const) : ('unfenced' as const) };
    },
    { stores },
  );
  const known = new Map(answers.map(({ store, answer }) => [store, answer]));
  const none = { families: null, bytes: null, state: 'down' as const };
  return stores.map((name) => ({ name, ...(known.get(name) ?? none) }));
}

/** The family databases, for operators. */
export const databaseEndpoints = [
  endpoint({
    method: 'get',
    path: '/api/admin/databases',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'The databases that may hold families: how many, how large, whether they answer',
    answer: {
      status: 200,
      description: 'The databases.',
      schema: () => z.object({ databases: z.array(databaseSchema()) }),
    },
    handle: async ({ deps }) => jsonResponse({ databases: await listDatabases(deps) }),
  }),
  endpoint({
    method: 'post',
    path: '/api/admin/moves',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'Move a family to another database, while it chats: writes wait two seconds at the most',
    body: z.object({ familyId: id, to: z.string().describe('A database by its name') }),
    answer: {
      status: 202,
      description: 'It is under way; the list of moves tells how far.',
      schema: () => z.object({ id: z.string() }),
    },
    errors: ['family_not_found', 'conflict'],
    handle: async ({ deps, body }) =>
      jsonResponse({ id: await requestMove(deps, body.familyId, body.to) }, 202),
  }),
  endpoint({
    method: 'get',
    path: '/api/admin/moves',
    who: 'service',
    scope: 'ops',
    tag,
    summary: 'The newest moves, the last begun first',
    answer: {
      status: 200,
      description: 'The moves.',
      schema: () => z.object({ moves: z.array(moveSchema()) }),
    },
    handle: async ({ deps }) => jsonResponse({ moves: (await listMoves(deps)).map(toJson) }),
  }),
] as const;
