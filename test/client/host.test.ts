import { expect, it } from 'vitest';
import { ApiError } from '../../src/client/api.ts';
import { type ImportLine, importLines } from '../../src/client/host-calls.ts';

it('an import goes in calls of a thousand lines and four MiB, and counts its lines through', async () => {
  const calls: { lines: number; bytes: number }[] = [];
  const answering: typeof fetch = async (_, init) => {
    const text = String(init?.body);
    const lines = text.trimEnd().split('\n');
    calls.push({ lines: lines.length, bytes: new TextEncoder().encode(text).length });
    const results = lines.map((_line, i) => JSON.stringify({ line: i + 1, ok: true }));
    return new Response(`${results.join('\n')}\n`);
  };
  const small: ImportLine[] = Array.from({ length: 1500 }, (_, i) => ({
    family: { id: `fam_${i}`, name: 'Größe' },
  }));
  const large: ImportLine[] = Array.from({ length: 500 }, (_, i) => ({
    message: { id: `msg_${i}`, threadId: 'thr_1', authorId: 'usr_1', body: 'ß'.repeat(6000) },
  }));
  const results = [];
  for await (const { line } of importLines({ fetch: answering }, [...small, ...large])) results.push(line);
  expect(results).toEqual(Array.from({ length: 2000 }, (_, i) => i + 1));
  expect(calls.every(({ lines, bytes }) => lines <= 1000 && bytes <= 4 * 1024 * 1024)).toBe(true);
  expect(calls).toHaveLength(3);
});

it('an import that is refused as a whole says so', async () => {
  const refusing: typeof fetch = async () =>
    Response.json({ error: 'forbidden', message: 'No.' }, { status: 403 });
  const all = importLines({ fetch: refusing }, [{ family: { id: 'fam_1' } }]);
  await expect(all.next()).rejects.toThrow(ApiError);
});
