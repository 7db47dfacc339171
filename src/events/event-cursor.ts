import * as z from 'zod';
import type { StoreName } from '../db/stores/slots.ts';

/** What makes the id of an event: its number in its store, by which it is found, and a random part. */
export interface EventKey {
  seq: number;
  nonce: string;
}

/** The id of an event, which is its `webhook-id` too. */
export const eventId = ({ seq, nonce }: EventKey): string => `evt_${seq.toString(36)}_${nonce}`;

/** Reads an id; null for what was never one. */
export function readEventId(id: string): EventKey | null {
  const [, seq, nonce] = /^evt_([0-9a-z]{1,10})_([0-9a-f]{16})$/.exec(id) ?? [];
  return seq === undefined || nonce === undefined ? null : { seq: Number.parseInt(seq, 36), nonce };
}

/** A reader's position: in each store, the number of the last event read; 0 where there is none yet. */
export type EventCursor = Readonly<Record<StoreName, number>>;

const shape = z.record(z.string().regex(/^d1:\w+$/), z.int().min(0));

/** A cursor as the API gives it: opaque, base64url. */
export const writeCursor = (cursor: EventCursor): string =>
  btoa(JSON.stringify(cursor)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** Reads a cursor; null for what was never one. */
export function readCursor(text: string): EventCursor | null {
  try {
    const given: object = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
    const cursor = shape.parse(given);
    // Zod leaves `__proto__` out without a word.
    return Object.keys(cursor).length === Object.keys(given).length ? cursor : null;
  } catch {
    return null; // Neither base64, nor JSON, nor of this shape: all are answered alike.
  }
}

/** A part of one store's events, in their order, and up to which number the store was searched. */
export interface StorePage<E> {
  store: StoreName;
  events: readonly E[];
  searchedTo: number;
  /** Whether that is its newest event: nothing of the store comes behind the part. */
  isAll: boolean;
}

/** The part of a page before the first event that cannot be told now; the rest keeps its place for a later page. */
export function holdBack<E extends { seq: number }>(
  page: StorePage<E>,
  isHeld: (event: E) => boolean,
): StorePage<E> {
  const first = page.events.findIndex(isHeld);
  if (first < 0) return page;
  // All that is to be had of this store: it does not end the page of the others.
  return {
    ...page,
    events: page.events.slice(0, first),
    searchedTo: page.events[first]!.seq - 1,
    isAll: true,
  };
}

/**
 * Merges the pages of several stores, the oldest event first and each store in its own order, and moves the cursor behind
 * what is taken: what is left, and what a store commits later, has a greater number and comes with the next page. The page
 * ends where a store was not searched further, for its next event may be the oldest: a family that has moved has events in two.
 */
export function mergePages<E extends { seq: number; at: number }>(
  pages: readonly StorePage<E>[],
  cursor: EventCursor,
  limit: number,
): { events: E[]; cursor: EventCursor } {
  const heads = pages.map((page) => ({ page, next: 0 }));
  const moved: Record<StoreName, number> = { ...cursor };
  const events: E[] = [];
  while (events.length < limit) {
    const left = heads.filter(({ page, next }) => next < page.events.length);
    if (heads.some(({ page, next }) => next === page.events.length && !page.isAll)) break;
    if (left.length === 0) break;
    const first = left.reduce((a, b) => (b.page.events[b.next]!.at < a.page.events[a.next]!.at ? b : a));
    const event = first.page.events[first.next++]!;
    events.push(event);
    moved[first.page.store] = event.seq;
  }
  for (const { page, next } of heads) {
    if (next === page.events.length) moved[page.store] = Math.max(moved[page.store] ?? 0, page.searchedTo);
  }
  return { events, cursor: moved };
}
