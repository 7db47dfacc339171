import { expect, it } from 'vitest';
import { Amended } from '../../src/client/portal/amended.ts';

it('reads the first change at once, and what a flood changes meanwhile by one request of ten a second', async () => {
  const asked: number[][] = [];
  const pauses: (() => void)[] = [];
  const amended = new Amended(
    async (seqs) => void asked.push(seqs),
    () => new Promise<void>((go) => pauses.push(go)),
  );
  const over = async () => {
    while (pauses.length === 0) await Promise.resolve();
    pauses.shift()!();
  };
  const done = amended.add(1);
  for (let n = 0; n < 300; n++) void amended.add(1 + (n % 12));
  expect(asked).toEqual([[1]]);
  await over();
  await over();
  await over();
  await done;
  expect(asked).toEqual([[1], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 12]]);
});

it('goes on after what could not be read', async () => {
  const asked: number[][] = [];
  const amended = new Amended(
    async (seqs) => {
      asked.push(seqs);
      if (asked.length === 1) throw new Error('not read');
    },
    async () => undefined,
  );
  await expect(amended.add(1)).rejects.toThrow('not read');
  await amended.add(2);
  expect(asked).toEqual([[1], [2]]);
});
