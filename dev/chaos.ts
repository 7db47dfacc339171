import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ChaosError, runChaos } from './chaos/run.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string' }, seed: { type: 'string' }, move: { type: 'boolean' } },
});
const seconds = Number(values.seconds ?? 60);
const seed = Number(values.seed ?? randomInt(1, 1_000_000));
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error('Usage: npm run chaos -- [--seconds 60] [--seed 1] [--move]');
  process.exit(2);
}

const table = (counts: Record<string, number>) =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `  ${String(count).padStart(6)}  ${name}`)
    .join('\n');

/** Keeps what the stack wrote. @returns where */
async function keep(log: string): Promise<string> {
  const file = path.join(tmpdir(), `fcs-chaos-${seed}.log`);
  await writeFile(file, log);
  return file;
}

const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => abort.abort());

console.log(`Chaos of ${seconds} s, seed ${seed}`);
try {
  const result = await runChaos({
    seed,
    seconds,
    atLeast: { posts: 10, kills: 1 },
    smallFamilies: 3,
    crowd: 26,
    posters: 4,
    postEvery: [100, 600],
    killEvery: [1500, 5000],
    moves: values.move ?? false,
    quitters: Math.min(40, Math.ceil(seconds / 6)),
    stuck: 100,
    say: console.log,
    signal: abort.signal,
  });
  const { posts, kills, moves, messages, texts, carrier, faults, ends, problems, healedAfterMs, log } =
    result;
  const { receiver, heard, optOuts, outages, servedBeside } = result;
  const outcomes = Object.groupBy(posts, ({ outcome }) => outcome);
  console.log(`
${posts.length} posts: ${outcomes.acknowledged?.length ?? 0} acknowledged, ${outcomes.refused?.length ?? 0} refused, \
${outcomes.unknown?.length ?? 0} given up without an answer; ${messages} messages
The stack was killed ${kills} times; ${moves} moves of families were begun. The carrier was ${carrier.join(', ')}.
Of ${optOuts.taken} opt-outs ${optOuts.between} died between the directory and the family's rows, behind 100 stuck ones.
The receiver of events was ${receiver.join(', ')}; it heard ${heard}, repeats among them.
${outages.length} times a family database was down: ${Object.entries(Object.groupBy(outages, (how) => how))
    .map(([how, all]) => `${all?.length} ${how}`)
    .join('; ')}.
In the end one was silent, and ${servedBeside} threads of families elsewhere were texted and heard meanwhile.
All had its end ${(healedAfterMs / 1000).toFixed(1)} s after the last fault.

Requests to the carrier, by the fault that struck:
${table(faults)}

Deliveries, by their end (${texts} texts on the phones):
${table(ends)}
`);
  if (problems.length > 0) {
    console.log(`${problems.length} PROBLEMS (seed ${seed}; the log is in ${await keep(log)}):`);
    console.log(problems.map((problem) => `  ${problem}`).join('\n'));
    process.exitCode = 1;
  } else
    console.log(
      `Exactly one text, one summary or one reason for everyone, and every event heard (seed ${seed}).`,
    );
} catch (error) {
  if (abort.signal.aborted) {
    console.log(`Ended early (seed ${seed}).`);
    process.exit(130);
  }
  const log = error instanceof ChaosError ? `; the log is in ${await keep(error.log)}` : '';
  console.error(error);
  console.error(`The chaos did not come to its end (seed ${seed})${log}`);
  process.exitCode = 1;
}
