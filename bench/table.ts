/**
 * What a post, its texts, a STOP and a socket take: this revision, another one, and a bare Worker that asks the same of the
 * platform, in turn, on this machine; medians of the rounds. About three minutes a round, and the machine should have
 * nothing else to do.
 * Usage: npm run bench [-- --compare REV --rounds 3 --databases 3]
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { machine } from './figures.ts';
import { startBareSubject } from './table/bare-subject.ts';
import { startCarrier } from './table/carrier.ts';
import { Round } from './table/phases.ts';
import { type Sample, table } from './table/rows.ts';
import { startStackSubject } from './table/stack-subject.ts';
import type { Subject } from './table/subject.ts';

const { values } = parseArgs({
  options: { compare: { type: 'string' }, rounds: { type: 'string' }, databases: { type: 'string' } },
});
const ROUNDS = Number(values.rounds ?? 3);
const ROOT = path.resolve(import.meta.dirname, '..');
const git = async (...args: string[]) =>
  (await promisify(execFile)('git', ['-C', ROOT, ...args])).stdout.trim();

/** Ends what was started, the last first. */
const closers: (() => unknown)[] = [];

/** The sources of a revision in a folder of their own, with the packages of this one. @throws Error for one that git does not know */
async function checkOut(revision: string): Promise<{ name: string; root: string }> {
  const name = await git('rev-parse', '--short', `${revision}^{commit}`);
  const folder = await mkdtemp(path.join(tmpdir(), 'fcs-bench-revision-'));
  const root = path.join(folder, name);
  closers.push(() => rm(folder, { recursive: true, force: true }));
  await git('worktree', 'add', '--detach', root, name);
  closers.push(() => git('worktree', 'remove', '--force', root));
  await symlink(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
  return { name, root };
}

console.log(machine());
try {
  const carrier = await startCarrier();
  closers.push(carrier.close);
  const settings: Record<string, string> = values.databases ? { FAMILY_DATABASES: values.databases } : {};
  const subjects: Subject[] = [];
  const add = async (starting: Promise<Subject>) => {
    const subject = await starting;
    subjects.push(subject);
    closers.push(subject.close);
  };
  await add(startStackSubject('this one', ROOT, carrier.origin, settings));
  if (values.compare) {
    const { name, root } = await checkOut(values.compare);
    await add(startStackSubject(name, root, carrier.origin, settings));
  }
  await add(startBareSubject(carrier.origin));

  const samples = new Map<Subject, Sample[]>(subjects.map((subject) => [subject, []]));
  for (let number = 0; number < ROUNDS; number++) {
    for (const subject of subjects) {
      samples.get(subject)!.push(await new Round(subject, carrier, number).run());
      console.log(`round ${number + 1} of ${ROUNDS}: ${subject.name}`);
    }
  }
  console.log(
    `\n${table(subjects.map((subject) => ({ name: subject.name, samples: samples.get(subject)! })))}`,
  );
} finally {
  for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
}
