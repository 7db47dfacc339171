import type { Db } from '../db/client.ts';
import { type SQL, sql } from '../db/sql.ts';
import type { Config } from '../platform/config.ts';
import { codeHash, linkCode } from './link-code.ts';

type LinkConfig = Pick<Config, 'MAGIC_SECRET' | 'MAGIC_TTL_SECONDS' | 'LINK_TTL_SECONDS'>;

/** Whom a link is for, and what it leads to. */
export interface LinkTarget {
  /** What the link's code is derived from. */
  id: string;
  kind: 'text' | 'magic';
  userId: string;
  familyId: string;
  /** Null: a test text, which leads to the list of threads. */
  threadId: string | null;
  deliveryId: string | null;
}

/** The row of a link, ready to be written; holds the code's hash, never the code. */
export interface LinkRow extends Omit<LinkTarget, 'id'> {
  codeHash: string;
  loginUntil: number;
  expiresAt: number;
  createdAt: number;
}

/** Makes a link's code and its row: two lifetimes, counted from `now` (ms). Nothing is written. */
export async function makeLink(
  config: LinkConfig,
  { id, ...target }: LinkTarget,
  now: number,
): Promise<{ code: string; row: LinkRow }> {
  const code = await linkCode(config.MAGIC_SECRET, id);
  const row = {
    ...target,
    codeHash: await codeHash(code),
    loginUntil: now + config.MAGIC_TTL_SECONDS * 1000,
    expiresAt: now + config.LINK_TTL_SECONDS * 1000,
    createdAt: now,
  };
  return { code, row };
}

/**
 * The statement that writes any number of links, as one parameter; for use alone or in a batch. A link that
 * is written again, because its text is sent again, lives anew, unless it was consumed.
 * @param condition which rows to write, as SQL over `value`, the row as JSON
 */
export function writeLinks(db: Db, rows: readonly LinkRow[], condition: SQL = sql`true`) {
  return db.run(sql`
    INSERT INTO links (code_hash, kind, family_id, user_id, thread_id, delivery_id, login_until, expires_at, created_at)
    SELECT value ->> 'codeHash', value ->> 'kind', value ->> 'familyId', value ->> 'userId', value ->> 'threadId',
      value ->> 'deliveryId', value ->> 'loginUntil', value ->> 'expiresAt', value ->> 'createdAt'
    FROM json_each(${JSON.stringify(rows)}) WHERE ${condition}
    ON CONFLICT (code_hash) DO UPDATE SET login_until = excluded.login_until, expires_at = excluded.expires_at
    WHERE consumed_at IS NULL`);
}
