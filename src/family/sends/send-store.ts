import { and, asc, desc, eq, exists, gt, lt, lte, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import { anyOf, excluded, inList } from '../../db/expressions.ts';
import type { ObjectDb } from '../../db/object/object-db.ts';
import { sends } from '../../db/object/object-tables.ts';
import { q } from '../../db/query.ts';
import { hot } from '../../db/statement.ts';
import type { Unused } from '../../platform/family/family-rpc.ts';
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

/** A text of the family's day. */
export type FamilyText = Pick<SendRow, 'deliveryId' | 'at' | 'authorId'>;

const textsTo = hot<{ userIds: string }>()((v) =>
  q.select().from(sends).where(inList(sends.userId, v.userIds)).orderBy(asc(sends.at)),
);
const newestTexts = hot<{ limit: number }>()(() =>
  q
    .select({ deliveryId: sends.deliveryId, at: sends.at, authorId: sends.authorId })
    .from(sends)
    .orderBy(desc(sends.at))
    .limit(sql.placeholder('limit')),
);
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

/** Stores admitted texts, from which windows and caps are computed. */
export class SendStore {
  readonly #db: ObjectDb;

  constructor(db: ObjectDb) {
    this.#db = db;
  }

  /** The stored texts to some people: those of the last day, and the newest unanswered one of each person and thread. */
  forUsers(userIds: readonly string[]): SendRow[] {
    return this.#db.all(textsTo({ userIds: JSON.stringify(userIds) }));
  }

  /** The family's newest texts, the newest first, at most `limit`. */
  newest(limit: number): FamilyText[] {
    return this.#db.all(newestTexts({ limit }));
  }

  /** Stores a text; a known one is updated. */
  save({ deliveryId, userId, threadId, authorId, rank, at, lastToday }: SendRow): void {
    this.#db.run(saveText({ deliveryId, userId, threadId, authorId, rank, at, lastToday }));
  }

  /** Deletes a text that was not sent after all, unless it was admitted anew since. @returns whether it was there */
  release({ deliveryId, at }: Unused): boolean {
    const gone = q
      .delete(sends)
      .where(and(eq(sends.deliveryId, deliveryId), lte(sends.at, at)))
      .returning({ id: sends.deliveryId });
    return this.#db.all(gone).length > 0;
  }

  /** Marks the person's texts, about one thread or all, as answered. */
  markAnswered(userId: string, threadId?: string): void {
    const about = threadId === undefined ? undefined : eq(sends.threadId, threadId);
    const unanswered = and(eq(sends.userId, userId), about, gt(sends.rank, 0));
    this.#db.run(q.update(sends).set({ rank: 0 }).where(unanswered));
  }

  /** Deletes texts before a moment, except the newest unanswered one of each person and thread. */
  prune(before: number): void {
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
  }

  /** Forgets everything about a person. */
  forget(userId: string): void {
    this.#db.run(q.delete(sends).where(eq(sends.userId, userId)));
  }
}
