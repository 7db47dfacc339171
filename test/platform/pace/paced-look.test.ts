import { expect, it } from 'vitest';
import { pacedLook } from '../../../src/platform/pace/paced-look.ts';

it('looks anew for whoever asks now and then, and twice a second for a loop of questions', async () => {
  let now = 1_000_000;
  let looks = 0;
  const readiness = pacedLook<number>({ now: () => now, atOnce: 20, everyMs: 500 });
  const ask = () => readiness(async () => ++looks);
  for (let n = 1; n <= 20; n++) expect(await ask()).toBe(n);
  for (let n = 0; n < 1000; n++) expect(await ask()).toBe(20);
  now += 499;
  expect(await ask()).toBe(20);
  for (let n = 21; n < 100; n++) {
    now += 500;
    expect([await ask(), await ask()]).toEqual([n, n]);
  }
  now -= 3_600_000; // A clock set back waits for no hour that was.
  expect(await ask()).toBe(100);
});

it('looks again after a look that failed', async () => {
  const readiness = pacedLook<string>({ now: () => 0, atOnce: 1, everyMs: 500 });
  await expect(readiness(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await readiness(async () => 'here')).toBe('here');
});

it('tells whoever asks too often what is being found out, and not what was seen long ago', async () => {
  let now = 1_000_000;
  const readiness = pacedLook<string>({ now: () => now, atOnce: 1, everyMs: 500 });
  expect(await readiness(async () => 'yesterday')).toBe('yesterday');
  now += 86_400_000;
  const { promise, resolve } = Promise.withResolvers<string>();
  const both = [readiness(() => promise), readiness(async () => 'never asked')];
  resolve('today');
  expect(await Promise.all(both)).toEqual(['today', 'today']);
});
