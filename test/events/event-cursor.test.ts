import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventId, mergePages, readCursor, readEventId, writeCursor } from '../../src/events/event-cursor.ts';

describe('a cursor', () => {
  it('is read as it was written', () => {
    const cursor = { 'd1:main': 12, 'd1:0': 0 };
    expect(readCursor(writeCursor(cursor))).toEqual(cursor);
  });

  it.each([
    '',
    'x',
    '%%%',
    writeCursor({ 'd1:0': -1 }),
    writeCursor({ 'd1:0': 1.5 }),
    btoa('[1]'),
    btoa('null'),
    btoa('{"__proto__":1}'),
  ])('was never %j', (text) => {
    expect(readCursor(text)).toBeNull();
  });

  it('walks every event once, in the order of each store, whatever is committed between the pages', () => {
    const write = fc.record({ store: fc.constantFrom('d1:0', 'd1:1', 'd1:main'), at: fc.nat(50) });
    fc.assert(
      fc.property(
        fc.array(fc.array(write, { maxLength: 8 })),
        fc.integer({ min: 1, max: 5 }),
        (steps, limit) => {
          const stores: Record<string, { store: string; seq: number; at: number }[]> = {
            'd1:0': [],
            'd1:1': [],
            'd1:main': [],
          };
          const seen: { store: string; seq: number }[] = [];
          let cursor: Record<string, number> = {};
          const turn = () => {
            const pages = Object.entries(stores).map(([store, all]) => {
              const events = all.filter(({ seq }) => seq > (cursor[store] ?? 0)).slice(0, limit);
              const searchedTo = events.length < limit ? all.length : events.at(-1)!.seq;
              return { store, events, searchedTo, isAll: searchedTo === all.length };
            });
            const merged = mergePages(pages, cursor, limit);
            ({ cursor } = readCursor(writeCursor(merged.cursor))
              ? { cursor: { ...merged.cursor } }
              : { cursor: {} });
            seen.push(...merged.events);
            return merged.events.length;
          };
          for (const step of steps) {
            for (const { store, at } of step) {
              stores[store]!.push({ store, at, seq: stores[store]!.length + 1 });
            }
            turn();
          }
          while (turn() > 0);
          for (const [store, all] of Object.entries(stores)) {
            expect(seen.filter((event) => event.store === store).map(({ seq }) => seq)).toEqual(
              all.map(({ seq }) => seq),
            );
          }
        },
      ),
    );
  });
});

it('a page ends where a store was not searched further: the next event of a family that moved may be there', () => {
  const moved = { store: 'd1:1', events: [{ store: 'd1:1', seq: 1, at: 20 }], searchedTo: 1, isAll: true };
  const before = { store: 'd1:0', events: [{ store: 'd1:0', seq: 5, at: 10 }], searchedTo: 9, isAll: false };
  const { events, cursor } = mergePages([before, moved], {}, 10);
  expect([events.map(({ at }) => at), cursor]).toEqual([[10], { 'd1:0': 9 }]);
  const rest = { ...before, events: [{ store: 'd1:0', seq: 12, at: 15 }], searchedTo: 12, isAll: true };
  expect(mergePages([rest, moved], cursor, 10).events.map(({ at }) => at)).toEqual([15, 20]);
});

it('an event’s id leads back to it', () => {
  const key = { seq: 123_456_789, nonce: '0123456789abcdef' };
  expect(readEventId(eventId(key))).toEqual(key);
  for (const none of ['', 'evt_', 'evt_1', 'msg_1_0123456789abcdef', 'evt_1_0123456789ABCDEF'])
    expect(readEventId(none)).toBeNull();
});
