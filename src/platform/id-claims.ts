import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { eq, lte } from '../db/comparisons.ts';
import { allOf, inList, jsonTable } from '../db/expressions.ts';
import { insertFrom } from '../db/insert-from.ts';
import { q } from '../db/query.ts';
import { retrying } from '../db/retry.ts';
import { people, threadIds } from '../db/schema.ts';

/** An id and the family that claims it. */
export interface Claim {
  id: string;
  familyId: string;
}

/** After this time the request that made a claim has ended: a claim without a row was abandoned. */
const SETTLED_MS = 60_000;

type Claims = typeof people;
const byId = (rows: readonly Claim[]) => new Map(rows.map(({ id, familyId }) => [id, familyId]));

/** Ids of which each is of one family, in whatever store that is. */
export class ClaimedIds {
  readonly #table: Claims;

  /** @param table its columns are those of `people` */
  constructor(table: Claims | typeof threadIds) {
    this.#table = table as Claims;
  }

  #owners(ids: readonly string[]) {
    const { id, familyId } = this.#table;
    return q.select({ id, familyId }).from(this.#table).where(inList(id, ids));
  }

  /** The families that have claimed these ids; unclaimed ids are left out. */
  async owners(directory: Db, ids: readonly string[]): Promise<Map<string, string>> {
    return ids.length === 0 ? new Map() : byId(await retrying(() => directory.all(this.#owners(ids))));
  }

  /**
   * Claims ids, each for its family; whoever was there first keeps it.
   * @returns the families that have them now, by id
   */
  async claim(directory: Db, claims: readonly Claim[], now: number): Promise<Map<string, string>> {
    if (claims.length === 0) return new Map();
    const c = jsonTable('c', claims, ['id', 'familyId']);
    const column = (field: unknown): SQL<string> => sql<string>`${field}`;
    const row = { id: column(c.id), familyId: column(c.familyId), claimedAt: now };
    const { owners } = await retrying(() =>
      directory.batch({
        claims: insertFrom(this.#table, row, sql`from ${c} where true`).onConflictDoNothing(),
        owners: this.#owners(claims.map(({ id }) => id)),
      }),
    );
    return byId(owners);
  }

  /** Takes over a claim whose row was never made. @returns whether the id is the family's now */
  async takeOver(directory: Db, { id, from, familyId }: Claim & { from: string }, now: number) {
    const table = this.#table;
    const isSettled = allOf(
      eq(table.id, id),
      eq(table.familyId, from),
      lte(table.claimedAt, now - SETTLED_MS),
    );
    const { meta } = await directory.run(q.update(table).set({ familyId, claimedAt: now }).where(isSettled));
    return meta.changes > 0;
  }

  /** Statement: gives back one id of a family, or all of them: their rows are gone. */
  release(familyId: string, id?: string) {
    const isFamilys = eq(this.#table.familyId, familyId);
    return q
      .delete(this.#table)
      .where(id === undefined ? isFamilys : allOf(isFamilys, eq(this.#table.id, id)));
  }
}

/** The ids of persons, deleted ones too. */
export const personIds = new ClaimedIds(people);
/** The ids of threads. */
export const threadClaims = new ClaimedIds(threadIds);
