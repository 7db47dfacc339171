import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Links to tests, each with the titles that are quoted behind it. */
const CITATION = /\]\((\.\.\/test\/[^)]+)\)((?:,? “[^”]+”)*)/g;

describe.each(['README.md', ...globSync('docs/*.md', { cwd: ROOT })])('%s', (name) => {
  const file = path.join(ROOT, name);
  const text = readFileSync(file, 'utf8');
  const beside = (target: string) => path.resolve(path.dirname(file), target);

  it('leads to files that exist', () => {
    const targets = [...text.matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, target]) => target!);
    expect(targets.filter((target) => !existsSync(beside(target)))).toEqual([]);
  });

  it('names tests that exist', () => {
    // A line may end anywhere in what is cited.
    const cited = [...text.replace(/\n(?!\n)/g, ' ').matchAll(CITATION)].flatMap(([, file, quotes]) =>
      [...quotes!.matchAll(/“([^”]+)”/g)].map(([, title]) => ({ file: file!, title: title! })),
    );
    const missing = cited.filter(({ file, title }) => !readFileSync(beside(file), 'utf8').includes(title));
    expect(missing).toEqual([]);
  });
});
