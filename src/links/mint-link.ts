import { isNull, type SQL, sql } from 'drizzle-orm';
import { excluded, jsonTable } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { links } from '../db/schema.ts';
import type { Config } from '../platform/config.ts';
import { codeHash, linkCode } from './link-code.ts';

type LinkConfig = Pick<Config, 'MAGIC_SECRET' | 'MAGIC_TTL_SECONDS' | 'LINK_TTL_SECONDS'>;

/** The person and target of a link. */
export interface LinkTarget {
  /** The id from which the link's code is derived. */
  id: string;
  kind: 'text' | 'magic';
  userId: string;
  familyId: string;
  /** Null: a test text, which leads to the list of threads. */
  threadId: string | null;
  deliveryId: string | null;
}

/** The row of a link, before it is inserted; holds the code's hash, never the code. */
export interface LinkRow extends Omit<LinkTarget, 'id'> {
  codeHash: string;
  loginUntil: number;
  expiresAt: number;
  createdAt: number;
}

/** Creates a link's code and its row, with two lifetimes counted from `now` (ms). Writes nothing. Never throws. */
export async function makeLink(
  config: LinkConfig,
  { id, ...target }: LinkTarget,
  now: number,
): Promise<{ code: string; row: LinkRow }> {
  const code = await linkCode(config.MAGIC_SECRET, { id, familyId: target.familyId });
  const row = {
    ...target,
    codeHash: await codeHash(code),
    loginUntil: now + config.MAGIC_TTL_SECONDS * 1000,
    expiresAt: now + config.LINK_TTL_SECONDS * 1000,
    createdAt: now,
  };
  return { code, row };
}

const KEYS = [
  'codeHash',
  'kind',
  'userId',
  'familyId',
  'threadId',
  'deliveryId',
  'loginUntil',
  'expiresAt',
  'createdAt',
] as const satisfies readonly (keyof LinkRow)[];

const rowsOf = (rows: readonly LinkRow[] | SQL<string>) => jsonTable<LinkRow>('link', rows, KEYS);

/**
 * The statement that writes any number of links, bound as one parameter; for use alone or in a batch. A link that
 * is written again, because its text is sent again, lives anew, unless it was consumed.
 * @param rows the rows, or a placeholder of their JSON
 * @param condition which of the rows to write; all without one
 */
export function writeLinks(
  rows: readonly LinkRow[] | SQL<string>,
  condition: (link: ReturnType<typeof rowsOf>) => SQL = () => sql`true`,
) {
  const link = rowsOf(rows);
  const { codeHash, kind, userId, familyId, threadId, deliveryId, loginUntil, expiresAt, createdAt } = link;
  return insertFrom(
    links,
    { codeHash, kind, userId, familyId, threadId, deliveryId, loginUntil, expiresAt, createdAt },
    sql`from ${link} where ${condition(link)}`,
  ).onConflictDoUpdate({
    target: links.codeHash,
    set: { loginUntil: excluded(links.loginUntil), expiresAt: excluded(links.expiresAt) },
    setWhere: isNull(links.consumedAt),
  });
}
