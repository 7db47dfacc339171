import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '../../../src');
const PRIVACY = 'web/legal/privacy-page.tsx';

/** The names of cookies in a source file; keys of the service's API begin with `fcs_sk_`. */
const namesIn = (source: string) =>
  [...source.matchAll(/(?<=['"`])fcs_(?!sk_)[a-z]+(?=['"`=])/g)].map(([name]) => name);

it('/privacy names every cookie that the code sets, and no other', () => {
  const set = globSync('**/*.{ts,tsx}', { cwd: SRC })
    .filter((file) => file.replaceAll('\\', '/') !== PRIVACY)
    .flatMap((file) => namesIn(readFileSync(path.join(SRC, file), 'utf8')));
  const told = namesIn(readFileSync(path.join(SRC, PRIVACY), 'utf8'));
  expect([...new Set(told)].sort()).toEqual([...new Set(set)].sort());
});
