import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '../src');
/** From the top down; a folder imports only from rungs below its own. */
const LADDER = [
  ['worker.ts', 'app.ts', 'routes.ts', 'docs.tsx'],
  ['web', 'sms', 'admin'],
  ['chat', 'identity'],
  ['notifications'],
  ['consent', 'links', 'family'],
  ['platform'],
  ['db'],
];
/** No I/O, no clock, no randomness, and neither has anything they import. */
const PURE = [
  'consent/keywords.ts',
  'family/frames.ts',
  'family/outflow.ts',
  'family/presence.ts',
  'family/windows.ts',
  'identity/codes.ts',
  'links/app-links.ts',
  'links/association.ts',
  'links/base58.ts',
  'links/device.ts',
  'links/safe-next.ts',
  'notifications/compose.ts',
  'notifications/explain.ts',
  'notifications/policy.ts',
  'notifications/quiet-hours.ts',
  'platform/sms-text.ts',
  'platform/time-zone.ts',
  'platform/twilio/errors.ts',
  'platform/visible.ts',
  'sms/reply-answers.ts',
  'sms/reply-decision.ts',
  'sms/reply-target.ts',
  'sms/reply-words.ts',
];
const PURE_PACKAGES = ['zod', 'isbot', 'temporal-polyfill'];
const IMPURE =
  /\b(Date\.now|new Date\(\)|Math\.random|(fetch|setTimeout|randomUUID)\(|(performance|crypto|console|caches|env)\.\w)/;

const files = globSync('**/*.{ts,tsx}', { cwd: SRC }).map((file) => file.replaceAll('\\', '/'));
const code = (file: string) =>
  readFileSync(path.join(SRC, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

/** What a file imports: paths below src, or names of packages. */
function importsOf(file: string): { target: string; typeOnly: boolean }[] {
  const found = code(file).matchAll(
    /^(import|export)(\s+type)?\b[^'";]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  return [...found].map(([, , type, from, dynamic]) => {
    const name = from ?? dynamic!;
    const target = name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name;
    return { target, typeOnly: type !== undefined };
  });
}
const folder = (file: string) => file.split('/')[0]!;
const rung = (file: string) => LADDER.findIndex((names) => names.includes(folder(file)));

it('keeps to the import ladder', () => {
  const wrong = files
    .filter((file) => folder(file) !== 'client')
    .flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => files.includes(target) && folder(target) !== folder(file))
        .filter(({ target }) => rung(file) === -1 || (rung(target) <= rung(file) && rung(file) > 0))
        .map(({ target }) => `${file} imports ${target}`),
    );
  expect(wrong).toEqual([]);
});

it('writes SQL with db/sql.ts; drizzle is for the schema and its migrations alone', () => {
  const users = files.filter((file) =>
    importsOf(file).some(({ target }) => target.startsWith('drizzle-orm')),
  );
  expect(users).toEqual([
    'db/expressions.ts',
    'db/insert-from.ts',
    'db/query.ts',
    'db/schema.ts',
    'db/statement.ts',
  ]);
});

it('keeps the browser code apart, but for types', () => {
  const wrong = files
    .filter((file) => folder(file) === 'client')
    .flatMap((file) =>
      importsOf(file)
        .filter(({ target, typeOnly }) => files.includes(target) && !typeOnly && folder(target) !== 'client')
        .map(({ target }) => `${file} imports ${target}`),
    );
  expect(wrong).toEqual([]);
});

it.each(PURE)('%s is pure, and so is all it imports', (entry) => {
  const reached = new Set([entry]);
  for (const file of reached) {
    expect(IMPURE.exec(code(file))?.[0], file).toBeUndefined();
    for (const { target } of importsOf(file).filter(({ typeOnly }) => !typeOnly)) {
      if (files.includes(target)) reached.add(target);
      else expect(PURE_PACKAGES, `${file} imports ${target}`).toContain(target.split('/')[0]);
    }
  }
});
