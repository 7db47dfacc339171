import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeNext, signInPath, threadPath } from '../../src/links/safe-next.ts';

describe('where to go after signing in', () => {
  test.each([
    ['/messages/thr_1', '/messages/thr_1'],
    ['/messages/thr_1?web=1', '/messages/thr_1?web=1'],
    ['/settings#top', '/settings'],
    ['/a/../messages', '/messages'],
  ])('%j is fine', (path, expected) => {
    expect(safeNext(path)).toBe(expected);
  });

  test.each([
    undefined,
    null,
    '',
    'messages',
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n//evil.example',
    '/..//evil.example',
    'javascript:alert(1)',
    '\u0000/messages',
    '/api/logout',
    `/${'a'.repeat(600)}`,
  ])('%j is not followed', (path) => {
    expect(safeNext(path)).toBe('/messages');
  });

  test('nothing ever leaves our origin', () => {
    const nasty = fc.string({ unit: fc.constantFrom('/', '\\', '.', ':', '@', '\t', 'a', '%', '?', '#') });
    fc.assert(
      fc.property(nasty, (path) => {
        const url = new URL(safeNext(`/${path}`), 'https://portal.example.com');
        expect(url.origin).toBe('https://portal.example.com');
      }),
      { numRuns: 500 },
    );
  });

  test('a thread’s page survives the round trip through the sign-in page', () => {
    const next = new URL(signInPath(threadPath('a/b?c d')), 'https://x.example').searchParams.get('next');
    expect(safeNext(next)).toBe('/messages/a%2Fb%3Fc%20d');
    expect(threadPath(null)).toBe('/messages');
  });
});
