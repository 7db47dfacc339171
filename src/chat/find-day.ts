import { eq } from '../db/comparisons.ts';
import { allOf, inList } from '../db/expressions.ts';
import { q } from '../db/query.ts';
import { messages } from '../db/schema.ts';
import type { Deps } from '../platform/deps.ts';

/** Messages that one step reads; three steps find one among eight million. */
const POINTS = 200;

/** At most {@link POINTS} numbers from `first` to `last`, evenly spread, `last` among them. */
function spread(first: number, last: number): number[] {
  const step = Math.max(1, Math.ceil((last - first + 1) / POINTS));
  const points: number[] = [];
  for (let at = last; at >= first; at -= step) points.unshift(at);
  return points;
}

/**
 * Seq of the first message of a thread that was written at a time or later; null when there is none. Messages stand in
 * the order of their times, so it halves the thread as one looks up a word in a dictionary, in a few short statements.
 * @param at - ms UTC
 * @throws when the database fails
 */
export async function firstSince(
  deps: Deps,
  familyId: string,
  { threadId, lastSeq }: { threadId: string; lastSeq: number },
  at: number,
): Promise<number | null> {
  const db = deps.db.forFamily(familyId);
  let [first, last] = [1, lastSeq];
  let found: number | null = null;
  while (first <= last) {
    const points = spread(first, last);
    const rows = await db.all(
      q
        .select({ seq: messages.seq, createdAt: messages.createdAt })
        .from(messages)
        .where(allOf(eq(messages.threadId, threadId), inList(messages.seq, points))),
    );
    const late = new Set(rows.filter(({ createdAt }) => createdAt >= at).map(({ seq }) => seq));
    const index = points.findIndex((seq) => late.has(seq));
    if (index < 0) return found;
    found = points[index]!;
    first = index === 0 ? first : points[index - 1]! + 1;
    last = found - 1;
  }
  return found;
}
