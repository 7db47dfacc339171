import { eq } from 'drizzle-orm';
import { excluded, greatest } from '../db/expressions.ts';
import type { ObjectDb } from '../db/object/object-db.ts';
import { meta, publishedThreads } from '../db/object/object-tables.ts';
import { q } from '../db/query.ts';
import { hot } from '../db/statement.ts';

const seqOf = hot<{ id: string }>()((v) =>
  q.select({ seq: publishedThreads.seq }).from(publishedThreads).where(eq(publishedThreads.id, v.id)),
);
const saveSeq = hot<{ id: string; seq: number }>()((v) =>
  q
    .insert(publishedThreads)
    .values({ id: v.id, seq: v.seq })
    .onConflictDoUpdate({
      target: publishedThreads.id,
      set: { seq: greatest(publishedThreads.seq, excluded(publishedThreads.seq)) },
    }),
);
const namedValue = hot<{ name: string }>()((v) =>
  q.select({ value: meta.value }).from(meta).where(eq(meta.name, v.name)),
);
const saveValue = hot<{ name: string; value: number }>()((v) =>
  q
    .insert(meta)
    .values({ name: v.name, value: v.value })
    .onConflictDoUpdate({ target: meta.name, set: { value: excluded(meta.value) } }),
);

/** Numbers that must survive an eviction. */
export class MetaStore {
  readonly #db: ObjectDb;

  constructor(db: ObjectDb) {
    this.#db = db;
  }

  /** The last `seq` of a thread that was published; null for none. */
  lastSeq(threadId: string): number | null {
    return this.#db.first(seqOf({ id: threadId }))?.seq ?? null;
  }

  saveSeq(threadId: string, seq: number): void {
    this.#db.run(saveSeq({ id: threadId, seq }));
  }

  /** A stored number by name: `alarm_at`, `pruned_at`, `rechecked_at` (ms UTC), and those of the lease. */
  get(name: string): number | null {
    return this.#db.first(namedValue({ name }))?.value ?? null;
  }

  set(name: string, value: number | null): void {
    if (value === null) this.#db.run(q.delete(meta).where(eq(meta.name, name)));
    else this.#db.run(saveValue({ name, value }));
  }
}
