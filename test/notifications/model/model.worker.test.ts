import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { it } from 'vitest';
import { openBench } from './bench.ts';
import { histories } from './commands.ts';
import { checkEnd } from './invariants.ts';
import { heal } from './machines.ts';

const { MODEL_RUNS, MODEL_SEED } = env as unknown as Record<string, string>;
const runs = Number(MODEL_RUNS || 60);
/** Always the same histories, so that a red run is the change's own fault; `npm run model` looks at others. */
const seed = Number(MODEL_SEED || 1);

it(`keeps every promise through ${runs} histories`, { timeout: 60_000 + runs * 10_000 }, async () => {
  const property = fc.asyncProperty(histories, async ({ settings, calm, commands }) => {
    const bench = await openBench(settings, calm);
    try {
      await fc.asyncModelRun(() => ({ model: {}, real: bench }), commands);
      await heal(bench);
      await checkEnd(bench);
    } finally {
      bench.lab.close();
    }
  });
  // Reports the seed and the shortest history that breaks a promise.
  await fc.assert(property, { numRuns: runs, seed });
});
