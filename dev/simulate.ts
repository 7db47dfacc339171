import { parseArgs } from 'node:util';
import { simulate } from './simulate/report.ts';

// `npm run simulate`: ten million families in virtual time.
const options = {
  families: { type: 'string' },
  seed: { type: 'string' },
  'per-second': { type: 'string' },
} as const;
const { values } = parseArgs({ options });
const families = Number(values.families ?? 10_000_000);
const seed = Number(values.seed ?? 1);
const perSecond = values['per-second'] === undefined ? undefined : Number(values['per-second']);
const isRate = perSecond === undefined || perSecond >= 1;
if (
  !Number.isInteger(families) ||
  families < 1 ||
  families > 25_000_000 ||
  !Number.isInteger(seed) ||
  !isRate
) {
  console.error('Usage: npm run simulate -- [--families 10000000] [--seed 1] [--per-second 5000]');
  process.exit(2);
}
process.stdout.write(simulate({ families, seed, perSecond }));
