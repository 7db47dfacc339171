import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** Histories of one run of the tests: a fresh runtime now and then keeps its memory small. */
const CHUNK = 250;
const TEST = 'test/notifications/model/model.worker.test.ts';

const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } });
const runs = Number(values.runs ?? process.env.MODEL_RUNS ?? 3000);
const seed = Number(values.seed ?? process.env.MODEL_SEED ?? randomInt(1, 1_000_000));
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  console.error('Usage: npm run model -- [--runs 3000] [--seed 1]');
  process.exit(2);
}

/** Runs the model test; the seed and the shrunk counterexample are in what it prints. @returns its exit code */
function run(count: number, from: number): Promise<number> {
  const root = path.resolve(import.meta.dirname, '..');
  const args = ['run', '--project', 'workers', '--silent=true', TEST];
  const child = spawn(path.join(root, 'node_modules/.bin/vitest'), args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, MODEL_RUNS: String(count), MODEL_SEED: String(from) },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

console.log(`${runs} histories, seed ${seed}`);
for (let done = 0, chunk = 0; done < runs; done += CHUNK, chunk++) {
  const count = Math.min(CHUNK, runs - done);
  const code = await run(count, seed + chunk);
  if (code !== 0) {
    console.error(`A promise was broken: npm run model -- --runs ${count} --seed ${seed + chunk}`);
    process.exit(code);
  }
  console.log(`${done + count} of ${runs} histories kept every promise`);
}
