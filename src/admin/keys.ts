import { asc } from 'drizzle-orm';
import * as z from 'zod';
import { eq, gte } from '../db/comparisons.ts';
import { q } from '../db/query.ts';
import { serviceKeys } from '../db/schema.ts';
import { SERVICE_SCOPES, type ServiceScope } from '../platform/auth/host-token.ts';
import { drawServiceKey, hashServiceKey } from '../platform/auth/service-key.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { endpoint, jsonResponse } from '../platform/http/endpoint.ts';
import { id, instant, iso, isoOrNull, line, namedSchema, timestamp } from '../platform/http/validation.ts';
import { newId } from '../platform/ids.ts';

const tag = 'Service';
const scope = 'ops';
const params = z.object({ id });
const scopes = z.array(z.enum(SERVICE_SCOPES)).min(1).max(SERVICE_SCOPES.length);
const keySchema = namedSchema('ServiceKey', () =>
  z.object({
    id: z.string(),
    name: z.string(),
    scopes,
    createdAt: timestamp,
    expiresAt: timestamp.nullable(),
    lastUsedAt: timestamp.nullable().describe('To the hour'),
  }),
);

/** Hundreds would be a mistake: the list has no pages. */
const MAX_KEYS = 1000;

const columns = {
  id: serviceKeys.id,
  name: serviceKeys.name,
  scopes: serviceKeys.scopes,
  createdAt: serviceKeys.createdAt,
  expiresAt: serviceKeys.expiresAt,
  lastUsedAt: serviceKeys.lastUsedAt,
};

/** A key as the API shows it: never the key itself. */
const shown = (row: Omit<typeof serviceKeys.$inferSelect, 'keyHash'>) => ({
  ...row,
  createdAt: iso(row.createdAt),
  expiresAt: isoOrNull(row.expiresAt),
  lastUsedAt: isoOrNull(row.lastUsedAt),
});

const notFound = () => new AppError('key_not_found', 'There is no such key.');

/** @throws AppError `forbidden` when the caller has not got a scope itself, `invalid_request` for an end in the past */
async function createKey(
  { config, db, now }: Deps,
  granting: readonly ServiceScope[],
  wanted: { name: string; scopes: ServiceScope[]; expiresAt?: number | null | undefined },
) {
  const at = now();
  const expiresAt = wanted.expiresAt ?? null;
  const beyond = wanted.scopes.find((each) => !granting.includes(each));
  if (beyond) throw new AppError('forbidden', `Only who has the scope "${beyond}" can give it to a key.`);
  if (expiresAt !== null && expiresAt <= at) {
    throw new AppError('invalid_request', 'Correct what "details" names: expiresAt.', {
      details: [{ in: 'body', field: 'expiresAt', problem: 'should be in the future' }],
    });
  }
  const key = await drawServiceKey(config);
  const row = {
    id: newId('key', at),
    name: wanted.name,
    scopes: [...new Set(wanted.scopes)],
    createdAt: at,
    expiresAt,
    lastUsedAt: null,
  };
  await db.directory.run(q.insert(serviceKeys).values({ ...row, keyHash: await hashServiceKey(key) }));
  return { ...shown(row), key };
}

/** The routes of keys. */
export const keyEndpoints = [
  endpoint({
    method: 'post',
    path: '/api/admin/keys',
    who: 'service',
    scope,
    tag,
    summary: 'Make a key with some scopes; the key is shown this once',
    description:
      'A key is sent as `Authorization: Bearer fcs_sk_…`. It can have no scope that its maker lacks.',
    body: z.object({
      name: line(80),
      scopes: scopes.describe(
        'mirror: families, people, threads, preferences, the import; post: messages, reads, presence; read: look-ups and events; magic: links that sign in; ops: operations, keys',
      ),
      expiresAt: instant.nullish(),
    }),
    answer: { status: 201, description: 'The key.', schema: () => keySchema().extend({ key: z.string() }) },
    handle: async ({ deps, caller, body }) => jsonResponse(await createKey(deps, caller.scopes, body), 201),
  }),
  endpoint({
    method: 'get',
    path: '/api/admin/keys',
    who: 'service',
    scope,
    tag,
    summary: 'All keys, oldest first, without the keys themselves',
    answer: { status: 200, description: 'The keys.', schema: () => z.object({ keys: z.array(keySchema()) }) },
    handle: async ({ deps }) => {
      const { id } = serviceKeys; // From the first id on: a range of the primary key.
      const all = q.select(columns).from(serviceKeys).where(gte(id, '')).orderBy(asc(id)).limit(MAX_KEYS);
      return jsonResponse({ keys: (await deps.db.directory.all(all)).map(shown) });
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/admin/keys/{id}',
    who: 'service',
    scope,
    tag,
    summary: 'One key, without the key itself',
    params,
    answer: { status: 200, description: 'The key.', schema: keySchema },
    errors: ['key_not_found'],
    handle: async ({ deps, params }) => {
      const one = q.select(columns).from(serviceKeys).where(eq(serviceKeys.id, params.id));
      const row = await deps.db.directory.first(one);
      if (!row) throw notFound();
      return jsonResponse(shown(row));
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/admin/keys/{id}',
    who: 'service',
    scope,
    tag,
    summary: 'End a key; the next request with it is refused',
    params,
    answer: { status: 200, description: 'Ended.', schema: () => z.object({ ok: z.literal(true) }) },
    errors: ['key_not_found'],
    handle: async ({ deps, params }) => {
      const gone = q
        .delete(serviceKeys)
        .where(eq(serviceKeys.id, params.id))
        .returning({ id: serviceKeys.id });
      if (!(await deps.db.directory.first(gone))) throw notFound();
      return jsonResponse({ ok: true });
    },
  }),
] as const;
