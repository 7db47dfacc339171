import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const read = (file: string) => readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8');

it('the example in the docs is the one that is checked with the code', () => {
  const [, shown] = /```ts\n([\s\S]*?)```/.exec(read('docs/client.md')) ?? [];
  const [, ...code] = read('dev/examples/live-thread.ts').split('\n');
  expect(shown).toBe(code.join('\n'));
});
