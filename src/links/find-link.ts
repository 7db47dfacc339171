import type { Databases } from '../db/client.ts';
import { eq } from '../db/comparisons.ts';
import { q } from '../db/query.ts';
import { links } from '../db/schema.ts';
import { hot } from '../db/statement.ts';
import type { StoreName } from '../db/stores/slots.ts';
import { codeHash } from './link-code.ts';
import { groupOfCode, isLinkCode } from './link-code-format.ts';

/** A link's row. Times in milliseconds. */
export interface Link {
  code: string;
  userId: string;
  familyId: string;
  /** Null: a test text, which leads to the list of threads. */
  threadId: string | null;
  loginUntil: number;
  expiresAt: number;
  consumedAt: number | null;
}

/** What a link can still be used for. */
export type LinkFate = 'ready' | 'used' | 'expired' | 'gone';

const byCode = hot<{ codeHash: string }>()((v) =>
  q
    .select({
      userId: links.userId,
      familyId: links.familyId,
      threadId: links.threadId,
      loginUntil: links.loginUntil,
      expiresAt: links.expiresAt,
      consumedAt: links.consumedAt,
    })
    .from(links)
    .where(eq(links.codeHash, v.codeHash)),
);

/** The stores in which a link may be. */
const storesOfCode = async (db: Databases, code: string): Promise<readonly StoreName[]> => {
  const group = groupOfCode(code);
  return group === null ? db.stores() : await db.storesOfGroup(group);
};

/**
 * Looks a link up by its code, in one round trip; null when there is none. A malformed code needs no round
 * trip. Where it is not found, its family may have moved a moment ago.
 * @throws when a database fails
 */
export async function findLink(db: Databases, code: string): Promise<Link | null> {
  if (!isLinkCode(code)) return null;
  const found = await findIn(db, await storesOfCode(db, code), code);
  if (found || !(await db.doubtMap())) return found;
  // In all of them again: it may have been found where its family was not thought to live.
  return await findIn(db, await storesOfCode(db, code), code);
}

async function findIn(db: Databases, stores: readonly StoreName[], code: string): Promise<Link | null> {
  const wanted = byCode({ codeHash: await codeHash(code) });
  for (const store of stores) {
    const found = await db.at(store).first(wanted);
    if (!found) continue;
    // What a family has left behind on its move is stale: its link is where it lives.
    const home = await db.storeOf(found.familyId);
    const link = home === store ? found : await db.at(home).first(wanted);
    if (link) return { code, ...link };
  }
  return null;
}

/**
 * What the link can be used for at `now`. Whether it signs in is decided again, atomically, when it is
 * consumed.
 */
export function linkFate(link: Pick<Link, 'loginUntil' | 'expiresAt' | 'consumedAt'>, now: number): LinkFate {
  if (link.expiresAt <= now) return 'gone';
  if (link.consumedAt !== null) return 'used';
  return link.loginUntil <= now ? 'expired' : 'ready';
}
