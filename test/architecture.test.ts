import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import * as objectTables from '../src/db/object/object-tables.ts';
import * as schema from '../src/db/schema.ts';

const SRC = path.resolve(import.meta.dirname, '../src');
/** From the top down; a folder imports only from rungs below its own. */
const LADDER = [
  ['worker.ts', 'app.ts', 'routes.ts', 'docs.tsx'],
  ['web', 'sms', 'admin'],
  ['events'],
  ['chat', 'identity'],
  ['notifications'],
  ['consent', 'links', 'family'],
  ['numbers', 'keywords'],
  ['platform'],
  ['db'],
];
/** No I/O, no clock, no randomness, and neither has anything they import. */
const PURE = [
  'family/presence/presence.ts',
  'family/sends/windows.ts',
  'family/sockets/frames.ts',
  'family/sockets/outbound-bytes.ts',
  'identity/codes/code-rules.ts',
  'keywords/read-keyword.ts',
  'links/app-links/app-links.ts',
  'links/app-links/association.ts',
  'links/app-links/device.ts',
  'links/link-code-format.ts',
  'links/safe-next.ts',
  'notifications/operate/explanations.ts',
  'notifications/send/policy.ts',
  'notifications/send/quiet-hours.ts',
  'notifications/text/compose.ts',
  'platform/possible-zones.ts',
  'platform/sms/area-codes.ts',
  'platform/sms/sms-text.ts',
  'platform/sms/twilio-errors.ts',
  'platform/time.ts',
  'platform/characters.ts',
  'sms/replies/reactions.ts',
  'sms/replies/reply-answers.ts',
  'sms/replies/reply-decision.ts',
  'sms/replies/reply-target.ts',
  'sms/replies/reply-words.ts',
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

/** One name for one thing: `routes.ts` is the same thing in every folder, its table of routes. */
const SHARED_NAMES = ['routes'];
const server = files.filter((file) => folder(file) !== 'client' && !file.endsWith('.d.ts'));

/** The values of a list that occur more than once. */
const repeated = (names: string[]) => [...new Set(names.filter((name, i) => names.indexOf(name) !== i))];

it('gives every file of the server a name of its own', () => {
  const names = server.map((file) => path.posix.basename(file).replace(/\.tsx?$/, ''));
  expect(repeated(names).filter((name) => !SHARED_NAMES.includes(name))).toEqual([]);
});

it('exports every name from one file of the server alone', () => {
  const EXPORT = /^export (?:abstract |async )*(?:function\*?|const|let|class|interface|type) (\w+)/gm;
  // A type and its values, or the signatures of an overloaded function, share a name within their file.
  const names = server.flatMap((file) => [
    ...new Set([...code(file).matchAll(EXPORT)].map(([, name]) => name!)),
  ]);
  expect(repeated(names)).toEqual([]);
});

it('opens every folder with its reading order, which names files that exist', () => {
  const readmes = globSync('*/README.md', { cwd: SRC }).map((readme) => readme.replaceAll('\\', '/'));
  const folders = new Set(files.filter((file) => file.includes('/')).map(folder));
  expect(new Set(readmes.map(folder))).toEqual(folders);
  const all = [...files, ...globSync('dev/**/*.ts', { cwd: path.dirname(SRC) })].map((file) => `/${file}`);
  const named = readmes.flatMap((readme) =>
    [...readFileSync(path.join(SRC, readme), 'utf8').matchAll(/`(?:\.\.\/)*([\w/-]+\.tsx?)`/g)].map(
      ([, name]) => ({ readme, name }),
    ),
  );
  expect(named.filter(({ name }) => !all.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
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

/** The texts of `sql` templates in a file, without what is put into them. */
function sqlTexts(file: string): string[] {
  const text = code(file);
  return [...text.matchAll(/(?<![.\w])sql(?:<[^`]*?>)?`/g)].map((match) => {
    let out = '';
    let depth = 0;
    for (let i = match.index + match[0].length; i < text.length; i++) {
      if (depth === 0 && text[i] === '`') break;
      if (text.startsWith('${', i) || (depth > 0 && text[i] === '{')) depth += 1;
      if (text.startsWith('${', i)) i += 1;
      else if (depth > 0 && text[i] === '}') depth -= 1;
      else if (depth === 0) out += text[i];
    }
    return out;
  });
}

/** Names of the schema that are words of SQL too; as these they may stand in a template. */
const WORDS_OF_SQL = new Set([
  'value',
  'key',
  'count',
  'first',
  'last',
  'at',
  'name',
  'state',
  'number',
  'kind',
]);

it('names no table and no column as text outside db/', () => {
  const tables = [schema, objectTables].flatMap((module) =>
    Object.values(module).filter((value) => is(value, SQLiteTable)),
  ) as SQLiteTable[];
  const names = new Set(
    tables
      .flatMap((table) => [
        getTableName(table),
        ...Object.values(getTableColumns(table)).map(({ name }) => name),
      ])
      .filter((name) => !WORDS_OF_SQL.has(name)),
  );
  const wrong = server
    .filter((file) => folder(file) !== 'db')
    .flatMap((file) =>
      sqlTexts(file).flatMap((text) =>
        [...text.matchAll(/[A-Za-z_]\w*/g)]
          .filter(([word]) => names.has(word))
          .map(([word]) => `${file}: ${word}`),
      ),
    );
  expect(wrong).toEqual([]);
});

it('writes no statement as text', () => {
  const STATEMENT = /\b(SELECT|INSERT|UPDATE|DELETE FROM)\b/;
  expect(server.filter((file) => STATEMENT.test(code(file)))).toEqual([]);
});
