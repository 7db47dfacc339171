import { eq } from '../db/comparisons.ts';
import { excluded, greatest } from '../db/expressions.ts';
import type { ObjectDb } from '../db/object/object-db.ts';
import { meta, publishedThreads } from '../db/object/object-tables.ts';
import { q } from '../db/query.ts';
import { hot } from '../db/statement.ts';
import { StoredRows } from './stored-rows.ts';

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
const allValues = hot<object>()(() => q.select().from(meta));
const saveValue = hot<{ name: string; value: number }>()((v) =>
  q
    .insert(meta)
    .values({ name: v.name, value: v.value })
    .onConflictDoUpdate({ target: meta.name, set: { value: excluded(meta.value) } }),
);
const deleteValue = hot<{ name: string }>()((v) => q.delete(meta).where(eq(meta.name, v.name)));

/** Numbers that must survive an eviction. */
export class MetaStore {
  readonly #db: ObjectDb;
  readonly #values: StoredRows<{ name: string; value: number }>;
  /** The last `seq` of threads, as far as they were asked for; null for none. */
  readonly #seqs = new Map<string, number | null>();

  constructor(db: ObjectDb) {
    this.#db = db;
    this.#values = new StoredRows({
      keyOf: ({ name }) => name,
      load: () => db.all(allValues({})),
      save: (row) => db.run(saveValue(row)),
      remove: (name) => db.run(deleteValue({ name })),
    });
  }

  /** The last `seq` of a thread that was published; null for none. */
  lastSeq(threadId: string): number | null {
    const known = this.#seqs.get(threadId);
    if (known !== undefined) return known;
    const stored = this.#db.first(seqOf({ id: threadId }))?.seq ?? null;
    this.#seqs.set(threadId, stored);
    return stored;
  }

  saveSeq(threadId: string, seq: number): void {
    if (seq <= (this.lastSeq(threadId) ?? -1)) return;
    this.#db.run(saveSeq({ id: threadId, seq }));
    this.#seqs.set(threadId, seq);
  }

  /** A stored number by name: `alarm_at`, `rechecked_at` (ms UTC), and those of the lease. */
  get(name: string): number | null {
    return this.#values.get(name)?.value ?? null;
  }

  set(name: string, value: number | null): void {
    if (value === null) this.#values.delete(name);
    else this.#values.save({ name, value });
  }

  /** Reads the numbers anew when one is next asked for: what was stored since was rolled back. */
  reload(): void {
    this.#values.reload();
  }
}
