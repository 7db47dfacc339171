import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { it } from 'vitest';
import { openBench } from './bench.ts';
import { happenings, heal } from './commands.ts';
import { checkEnd } from './invariants.ts';

const { MODEL_RUNS, MODEL_SEED } = env as unknown as Record<string, string>;
const runs = Number(MODEL_RUNS || 100);
/** Always the same histories, so that a red run is the change's own fault; `npm run model` looks at others. */
const seed = Number(MODEL_SEED || 1);
/** The caps within reach of a history. */
const SETTINGS = { SMS_USER_DAILY_CAP: '6', SMS_FAMILY_DAILY_CAP: '12' };

it(`keeps every promise through ${runs} histories`, { timeout: 60_000 + runs * 3000 }, async () => {
  const commands = fc.commands(happenings, { maxCommands: 24, size: 'max' });
  const history = fc.asyncProperty(commands, async (happened) => {
    const bench = await openBench(SETTINGS);
    try {
      await fc.asyncModelRun(() => ({ model: {}, real: bench }), happened);
      await heal(bench);
      await checkEnd(bench);
    } finally {
      bench.lab.close();
    }
  });
  // Reports the seed and the shortest history that breaks a promise.
  await fc.assert(history, { numRuns: runs, seed });
});
