import * as z from 'zod';
import { countFamilies, hasFences } from '../db/stores/store-state.ts';
import { askStores } from '../platform/ask-stores.ts';
import type { Deps } from '../platform/deps.ts';
import { endpoint, jsonResponse } from '../platform/http/endpoint.ts';

const tag = 'Operations';

const databaseSchema = z.object({
  name: z.string().describe('As `to` of a move takes it, and `database` of a family says it.'),
  families: z.int().nullable().describe('How many it holds; null while it does not answer.'),
  bytes: z.int().nullable().describe('Its size; null while it does not answer.'),
  state: z
    .enum(['up', 'down', 'unfenced'])
    .describe('`unfenced`: its triggers are missing; apply the migrations before families move.'),
});

/** The databases that may hold families, each asked by itself. */
async function listDatabases(deps: Deps): Promise<z.infer<typeof databaseSchema>[]> {
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
      schema: z.object({ databases: z.array(databaseSchema) }),
    },
    handle: async ({ deps }) => jsonResponse({ databases: await listDatabases(deps) }),
  }),
] as const;
