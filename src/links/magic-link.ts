import { and, isNull } from 'drizzle-orm';
import { eq } from '../db/comparisons.ts';
import { q } from '../db/query.ts';
import { threadMembers, users } from '../db/schema.ts';
import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { personIds } from '../platform/id-claims.ts';
import { newId } from '../platform/ids.ts';
import { findLink, type Link } from './find-link.ts';
import { readMagic, signMagic } from './magic-token.ts';
import { makeLink, writeLinks } from './mint-link.ts';

/** A new token, the URL of its page, and (ms) until when it signs in. */
export interface MintedMagic {
  token: string;
  url: string;
  expiresAt: number;
}

/**
 * Creates a magic token that signs one person in, once, and leads to one of their threads.
 * @throws AppError `user_not_found`, `thread_not_found`
 */
export async function mintMagic(
  { config, db, now }: Pick<Deps, 'config' | 'db' | 'now'>,
  { userId, threadId }: { userId: string; threadId: string },
): Promise<MintedMagic> {
  const { threadId: membership } = threadMembers;
  const personWithThread = q
    .select({ familyId: users.familyId, membership })
    .from(users)
    .leftJoin(threadMembers, and(eq(membership, threadId), eq(threadMembers.userId, users.id)))
    .where(and(eq(users.id, userId), isNull(users.deletedAt)));
  const familyId = (await personIds.owners(db.directory, [userId])).get(userId);
  const family = familyId === undefined ? null : db.forFamily(familyId);
  const person = await family?.first(personWithThread);
  if (!family || !person) throw new AppError('user_not_found', 'There is no such person.');
  if (person.membership === null) throw new AppError('thread_not_found', 'This person has no such thread.');
  const at = now();
  const target = { userId, threadId, familyId: person.familyId, deliveryId: null, kind: 'magic' as const };
  const { code, row } = await makeLink(config, { id: newId('mgc', at), ...target }, at);
  await family.run(writeLinks([row]));
  const lifetime = { now: at, loginUntil: row.loginUntil };
  const token = await signMagic(config.MAGIC_SECRET, { code, userId, threadId }, lifetime);
  return { token, url: `${config.PUBLIC_ORIGIN}/magic?token=${token}`, expiresAt: row.loginUntil };
}

/**
 * The link of a magic token; null when the token is invalid or its row is gone.
 * @throws when the database fails
 */
export async function findByToken(
  { config, db, now }: Pick<Deps, 'config' | 'db' | 'now'>,
  token: string,
): Promise<Link | null> {
  const graceSeconds = config.LINK_TTL_SECONDS;
  const claims = await readMagic(config, token, { now: now(), graceSeconds });
  const link = claims && (await findLink(db, claims.code));
  return link && link.userId === claims.userId && link.threadId === claims.threadId ? link : null;
}
