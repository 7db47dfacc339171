import { and, asc, exists, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { eq, gt, lt } from '../../db/comparisons.ts';
import { anyOf, excluded } from '../../db/expressions.ts';
import type { ObjectDb } from '../../db/object/object-db.ts';
import { sends } from '../../db/object/object-tables.ts';
import { q } from '../../db/query.ts';
import { hot } from '../../db/statement.ts';
import type { Unused } from '../../platform/family/family-rpc.ts';
import { DAY_MS } from '../../platform/time.ts';
import type { Send } from './windows.ts';

/** An admitted text. */
export interface SendRow extends Send {
  deliveryId: string;
  userId: string;
  /** null for a test text. */
  threadId: string | null;
  /** Whose message it tells of; null for a test text. */
  authorId: string | null;
  /** This text says that it is the last one for the day. */
  lastToday: boolean;
}

const deleteText = hot<{ deliveryId: string }>()((v) =>
  q.delete(sends).where(eq(sends.deliveryId, v.deliveryId)),
);
const everyText = hot<object>()(() => q.select().from(sends).orderBy(asc(sends.at)));
const saveText = hot<{ [K in keyof SendRow]: SendRow[K] }>()((v) =>
  q
    .insert(sends)
    .values({
      deliveryId: v.deliveryId,
      userId: v.userId,
      threadId: v.threadId,
      authorId: v.authorId,
      rank: v.rank,
      at: v.at,
      lastToday: v.lastToday,
    })
    .onConflictDoUpdate({
      target: sends.deliveryId,
      set: { rank: excluded(sends.rank), at: excluded(sends.at), lastToday: excluded(sends.lastToday) },
    }),
);

/** The stored texts as the object knows them, in the order of their time: all, and those to each person. */
interface KnownTexts {
  all: Map<string, SendRow>;
  byUser: Map<string, Map<string, SendRow>>;
}

function keep({ all, byUser }: KnownTexts, text: SendRow): void {
  all.set(text.deliveryId, text);
  const theirs = byUser.get(text.userId);
  if (theirs) theirs.set(text.deliveryId, text);
  else byUser.set(text.userId, new Map([[text.deliveryId, text]]));
}

/**
 * Stores admitted texts, from which windows and caps are computed. Nobody but the object writes them, so they are read once
 * in its life: what a post costs does not grow with the texts of the day.
 */
export class SendStore {
  readonly #db: ObjectDb;
  #texts: KnownTexts | null = null;
  #prunedBefore = Number.NEGATIVE_INFINITY;

  constructor(db: ObjectDb) {
    this.#db = db;
  }

  get #known(): KnownTexts {
    if (this.#texts) return this.#texts;
    const known: KnownTexts = { all: new Map(), byUser: new Map() };
    for (const text of this.#db.all(everyText({}))) keep(known, text);
    this.#texts = known;
    return known;
  }

  /** Reads the texts anew when they are next asked for: what was stored since was rolled back. */
  reload(): void {
    this.#texts = null;
  }

  /** The stored texts to a person, in the order of their time: those of the last day, and the newest unanswered one of each thread. */
  toUser(userId: string): SendRow[] {
    return [...(this.#known.byUser.get(userId)?.values() ?? [])];
  }

  /** The number of stored texts of the family. */
  get size(): number {
    return this.#known.all.size;
  }

  /** The family's newest texts, the newest first, at most `limit`. @param without ids that do not count */
  newest(limit: number, without: ReadonlySet<string> = new Set()): SendRow[] {
    const counted = [...this.#known.all.values()].filter(({ deliveryId }) => !without.has(deliveryId));
    return counted.slice(-limit).reverse();
  }

  /**
   * Stores a text; a known one is updated, and is the newest now. It may have left before: those that were counted behind
   * it stay so.
   */
  save({ deliveryId, userId, threadId, authorId, rank, at, lastToday }: SendRow): void {
    const text = { deliveryId, userId, threadId, authorId, rank, at, lastToday };
    const known = this.#known;
    this.#db.run(saveText(text));
    this.#drop(known, deliveryId);
    keep(known, text);
  }

  /**
   * Deletes a text that was not sent after all, unless it was admitted anew since; if it never left, those
   * about its thread that were counted behind it count one less.
   * @returns whether it was there
   */
  release({ deliveryId, at, mayHaveLeft = false }: Unused): boolean {
    const known = this.#known.all.get(deliveryId);
    if (!known || known.at > at) return false;
    this.#db.run(deleteText({ deliveryId }));
    this.#drop(this.#known, deliveryId);
    if (!mayHaveLeft) this.#closeGap(known);
    return true;
  }

  /** Marks the person's texts, about one thread or all, as answered. */
  markAnswered(userId: string, threadId?: string): void {
    const answered = this.toUser(userId).filter(
      (text) => text.rank > 0 && (threadId === undefined || text.threadId === threadId),
    );
    if (answered.length === 0) return;
    const about = threadId === undefined ? undefined : eq(sends.threadId, threadId);
    const unanswered = and(eq(sends.userId, userId), about, gt(sends.rank, 0));
    this.#db.run(q.update(sends).set({ rank: 0 }).where(unanswered));
    for (const text of answered) keep(this.#known, { ...text, rank: 0 });
  }

  /** Deletes texts before a moment, except the newest unanswered one of each person and thread; once in a day of its life. */
  prune(before: number): void {
    if (before < this.#prunedBefore + DAY_MS) return;
    const [oldest] = this.#known.all.values();
    if (!oldest || oldest.at >= before) return;
    this.#prunedBefore = before;
    const later = alias(sends, 'later');
    const hasLater = exists(
      q
        .select({ at: later.at })
        .from(later)
        .where(
          and(eq(later.userId, sends.userId), eq(later.threadId, sends.threadId), gt(later.rank, sends.rank)),
        ),
    );
    this.#db.run(q.delete(sends).where(and(lt(sends.at, before), anyOf(eq(sends.rank, 0), hasLater))));
    this.reload();
  }

  /** Forgets everything about a person. */
  forget(userId: string): void {
    this.#db.run(q.delete(sends).where(eq(sends.userId, userId)));
    this.reload();
  }

  #closeGap(gone: SendRow): void {
    const { userId, threadId, rank } = gone;
    if (rank === 0 || threadId === null) return;
    const behind = this.toUser(userId).filter((other) => other.threadId === threadId && other.rank > rank);
    if (behind.length === 0) return;
    const isBehind = and(eq(sends.userId, userId), eq(sends.threadId, threadId), gt(sends.rank, rank));
    this.#db.run(
      q
        .update(sends)
        .set({ rank: sql`${sends.rank} - 1` })
        .where(isBehind),
    );
    for (const other of behind) keep(this.#known, { ...other, rank: other.rank - 1 });
  }

  #drop({ all, byUser }: KnownTexts, deliveryId: string): void {
    const text = all.get(deliveryId);
    if (!text) return;
    all.delete(deliveryId);
    byUser.get(text.userId)?.delete(deliveryId);
  }
}
