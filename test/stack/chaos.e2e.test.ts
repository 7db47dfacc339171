import { expect, it } from 'vitest';
import { runChaos } from '../../dev/chaos/run.ts';

it('gives everyone one text, one summary or one reason, and the host every event, whatever is killed and whatever fails', async () => {
  const { problems, texts, faults, heard, outages, servedBeside } = await runChaos({
    seed: 20_261_122,
    seconds: 6,
    atLeast: { posts: 20, kills: 2 },
    smallFamilies: 2,
    crowd: 14,
    posters: 3,
    postEvery: [100, 500],
    killEvery: [1000, 2500],
  });
  expect(problems).toEqual([]);
  // It was chaos, and something arrived all the same.
  expect(texts).toBeGreaterThan(0);
  expect(heard).toBeGreaterThan(0);
  expect(outages.length).toBeGreaterThan(0);
  expect(servedBeside).toBeGreaterThan(0);
  expect(Object.keys(faults)).not.toEqual(['none']);
}, 600_000);
