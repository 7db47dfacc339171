import { inArray, not, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { eq } from '../comparisons.ts';
import { allOf, hasRow } from '../expressions.ts';
import { q } from '../query.ts';
import { fences } from '../schema.ts';
import { hot } from '../statement.ts';

/**
 * The message with which a store's triggers refuse a write for a family that may not be written there (migration
 * `fences`).
 */
export const FENCE_MESSAGE = 'family_moving';

/** In these states of its fence nobody but the mover writes a family's rows in a store. */
export const CLOSED_STATES = ['clearing', 'incoming', 'frozen', 'moved'] as const;

/** Whether a statement was refused because its family moves, or has moved. */
export const isFenced = (error: unknown): boolean =>
  error instanceof Error && error.message.includes(FENCE_MESSAGE);

/** In these states of its fence a family is not at home in a store: it has left, or is not there yet. */
export const AWAY_STATES = ['clearing', 'incoming', 'moved'] as const;

/** Condition: a row's family may be written in this store. @param family the column that says whose the row is */
export const isOpenFor = (family: SQLiteColumn): SQL =>
  not(hasRow(fences, allOf(sql`${fences.familyId} = ${family}`, inArray(fences.state, [...CLOSED_STATES]))));

/** Query: a row when a family has left this store. */
export const hasLeft = hot<{ familyId: string }>()((v) =>
  q
    .select({ familyId: fences.familyId })
    .from(fences)
    .where(allOf(eq(fences.familyId, v.familyId), eq(fences.state, 'moved'))),
);
