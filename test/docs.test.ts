import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const DOCS = path.resolve(import.meta.dirname, '../docs');

/** Links to tests, each with the titles that are quoted behind it. */
const CITATION = /\]\((\.\.\/test\/[^)]+)\)((?:,? “[^”]+”)*)/g;

describe.each(globSync('*.md', { cwd: DOCS }))('docs/%s', (name) => {
  const text = readFileSync(path.join(DOCS, name), 'utf8');

  it('leads to files that exist', () => {
    const targets = [...text.matchAll(/\]\((\.\.?\/[^)#]+)/g)].map(([, target]) => target!);
    expect(targets.filter((target) => !existsSync(path.join(DOCS, target)))).toEqual([]);
  });

  it('names tests that exist', () => {
    // A line may end anywhere in what is cited.
    const cited = [...text.replace(/\n(?!\n)/g, ' ').matchAll(CITATION)].flatMap(([, file, quotes]) =>
      [...quotes!.matchAll(/“([^”]+)”/g)].map(([, title]) => ({ file: file!, title: title! })),
    );
    const missing = cited.filter(
      ({ file, title }) => !readFileSync(path.join(DOCS, file), 'utf8').includes(title),
    );
    expect(missing).toEqual([]);
  });
});
