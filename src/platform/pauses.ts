import { isNull, or } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq, gt, lte } from '../db/comparisons.ts';
import { excluded } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { pauses } from '../db/schema.ts';
import { hot } from '../db/statement.ts';
import { SECOND_MS } from './time.ts';

/** Something that operators have paused. Times in ms UTC. */
export interface Pause {
  /** `service`, `family:ID`, `country:CC` or `kind:code`. */
  scope: string;
  /** Null: until it is taken away. */
  until: number | null;
  reason: string;
  since: number;
}

/** The form of a scope. */
export const PAUSE_SCOPE = /^(?:service|family:[^\s:]{1,128}|country:[A-Z]{2}|kind:code)$/;

/** For how long an isolate trusts what it has read: a pause holds everywhere within this time. */
export const PAUSES_KEPT_MS = 2 * SECOND_MS;

const columns = { scope: pauses.scope, until: pauses.until, reason: pauses.reason, since: pauses.since };

/** Statement of the directory: what is paused at `now` (ms). */
export const selectPauses = hot<{ now: number }>()(({ now }) =>
  q
    .select(columns)
    .from(pauses)
    .where(or(isNull(pauses.until), gt(pauses.until, now))),
);

interface Kept {
  at: number;
  list: readonly Pause[];
}
const kept = new WeakMap<object, Kept>();

/**
 * What is paused now, as known for at most two seconds.
 * @param key what the isolate's memory of it hangs on: the directory's binding
 * @throws what D1 throws: whoever sends texts then sends none
 */
export async function readPauses(directory: Db, key: object, now: number): Promise<readonly Pause[]> {
  const known = kept.get(key);
  if (known && now >= known.at && now - known.at < PAUSES_KEPT_MS) return known.list;
  const list = await retrying(() => directory.all(selectPauses({ now })));
  kept.set(key, { at: now, list });
  return list;
}

/** The pause that holds a text up; null: none. @param country ISO 3166-1 code of the number; null: not known */
export function pauseOf(
  list: readonly Pause[],
  { familyId, country }: { familyId: string; country: string | null },
): Pause | null {
  const scopes = ['service', `family:${familyId}`, `country:${country ?? '--'}`];
  return list.find(({ scope }) => scopes.includes(scope)) ?? null;
}

/** Whether one-time codes are paused: only when they are named. */
export const areCodesPaused = (list: readonly Pause[]): boolean =>
  list.some(({ scope }) => scope === 'kind:code');

/** Pauses a scope, or changes its pause. @throws when the directory fails */
export async function putPause(
  directory: Db,
  { scope, until, reason }: Omit<Pause, 'since'>,
  now: number,
): Promise<Pause> {
  const row = await retrying(() =>
    directory.first(
      q
        .insert(pauses)
        .values({ scope, until, reason, since: now })
        .onConflictDoUpdate({
          target: pauses.scope,
          set: { until: excluded(pauses.until), reason: excluded(pauses.reason) },
        })
        .returning(columns),
    ),
  );
  return row!;
}

/** Takes a pause away. @returns whether there was one @throws when the directory fails */
export async function deletePause(directory: Db, scope: string): Promise<boolean> {
  const gone = await retrying(() =>
    directory.all(q.delete(pauses).where(eq(pauses.scope, scope)).returning({ scope: pauses.scope })),
  );
  return gone.length > 0;
}

/** What is paused now; what is over is forgotten. @throws when the directory fails */
export async function listPauses(directory: Db, now: number): Promise<Pause[]> {
  const { list } = await retrying(() =>
    directory.batch({ over: q.delete(pauses).where(lte(pauses.until, now)), list: selectPauses({ now }) }),
  );
  return list;
}
