import { expect, it } from 'vitest';
import { Lanes } from '../../../src/notifications/send/lanes.ts';
import { Signal } from '../../../src/platform/concurrency.ts';

const of = (families: string) => [...families].map((familyId) => ({ familyId }));

/** Which families get the lanes, in order; `waiting`: of the same store, or of another one. */
it.each([
  ['ab', '', '', 'ab'],
  ['aaaaaaaa', '', '', 'aaaaaa'],
  ['aaaaaaaa', 'b', '', 'aaa'],
  ['aaaaaaaa', '', 'b', 'aaa'],
  ['aaaabbbb', '', '', 'aaabbb'],
  ['aaaaab', '', '', 'aaabaa'],
  ['abcdefg', '', '', 'abcdef'],
  ['', 'a', 'b', ''],
])('of %j, while %j is to come and %j in another store, %j may go', (ready, waiting, elsewhere, going) => {
  const lanes = new Lanes();
  const [ours, others] = [new Signal(), new Signal()];
  lanes.takeNext(others, [], of(elsewhere), 0);
  const list = of(ready);
  let taken = '';
  for (;;) {
    const next = lanes.takeNext(ours, list, of(waiting), 0);
    if (next === null) break;
    taken += next.next.familyId;
  }
  expect(taken).toBe(going);
  expect(list).toHaveLength(ready.length - going.length);
});
