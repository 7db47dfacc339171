import { desc } from 'drizzle-orm';
import type { AUDITED_ACTS } from '../db/column-values.ts';
import { lt } from '../db/comparisons.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { auditLog } from '../db/schema.ts';
import { MAIN_STORE } from '../db/stores/map.ts';
import type { Deps } from './deps.ts';
import { newId } from './ids.ts';

/** Something that an operator did. `actor`: their user id, or the service as `key:ID`, `token:SUBJECT`. */
export interface AuditedAct {
  actor: string;
  act: (typeof AUDITED_ACTS)[number];
  /** The id of what it was about; null: nothing was found. */
  subject: string | null;
}

/** An entry of the audit log. `at`: ms UTC. */
export interface AuditEntry extends AuditedAct {
  id: string;
  at: number;
}

/** Statement: writes what an operator did. */
export const insertAct = ({ actor, act, subject }: AuditedAct, now: number) =>
  q.insert(auditLog).values({ id: newId('aud', now), at: now, actor, act, subject });

/** When an operator last did something through this isolate, by the directory. */
const acted = new WeakMap<object, number>();

/** Remembers that an operator does something now: what was read before shows nothing of it. */
export const noteAct = ({ db, now }: Pick<Deps, 'db' | 'now'>): void => {
  acted.set(db.keyOf(MAIN_STORE), now());
};

/** When an operator last did something through this isolate, ms; 0: never. */
export const lastActAt = ({ db }: Pick<Deps, 'db'>): number => acted.get(db.keyOf(MAIN_STORE)) ?? 0;

/** Writes what an operator is about to do. @throws when the directory fails: then it must not be done */
export async function audit(deps: Pick<Deps, 'db' | 'now'>, act: AuditedAct): Promise<void> {
  const statement = insertAct(act, deps.now()).onConflictDoNothing();
  await retrying(() => deps.db.directory.run(statement));
  noteAct(deps);
}

/** Statement: entries, newest first. @param cursor the id of the last one of the page before */
export const selectActs = (limit: number, cursor = '~') =>
  q
    .select({
      id: auditLog.id,
      at: auditLog.at,
      actor: auditLog.actor,
      act: auditLog.act,
      subject: auditLog.subject,
    })
    .from(auditLog)
    .where(lt(auditLog.id, cursor))
    .orderBy(desc(auditLog.id))
    .limit(limit);
