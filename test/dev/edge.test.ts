import { describe, expect, it } from 'vitest';
import { counterOf } from '../../dev/stack/edge/counters.ts';
import { asSeenFromOutside, compressed } from '../../dev/stack/edge/headers.ts';

describe('the edge of the local stack', () => {
  it.each([
    ['without an address, over http', {}, ['http://127.0.0.1:8787/a?b=c', '127.0.0.1']],
    ['with one', { 'CF-Connecting-IP': '203.0.113.7' }, ['http://127.0.0.1:8787/a?b=c', '203.0.113.7']],
    ['through a tunnel', { 'X-Forwarded-Proto': 'https' }, ['https://127.0.0.1:8787/a?b=c', '127.0.0.1']],
  ])('hands on a request %s', async (_, headers, expected) => {
    const init = { method: 'POST', body: 'words', headers: { ...headers, 'X-Other': 'kept' } };
    const seen = asSeenFromOutside(new Request('http://127.0.0.1:8787/a?b=c', init) as never);
    expect([seen.url, seen.headers.get('CF-Connecting-IP')]).toEqual(expected);
    expect([seen.method, seen.headers.get('X-Other'), await seen.text()]).toEqual(['POST', 'kept', 'words']);
  });

  it.each([
    ['application/json', null, null],
    ['application/json', 'gzip, deflate, br', 'gzip'],
    ['text/html; charset=utf-8', 'br;q=1.0, gzip', 'br'],
    ['image/svg+xml', 'gzip;q=0, br', 'br'],
    ['text/plain', 'deflate, gzip; q=0.0', null],
    ['font/woff2', 'gzip, br', null],
    ['text/plainer', 'gzip', null],
  ])('gives %s to a reader of %s as %s', (type, accepted, encoding) => {
    const answer = new Response('words', {
      status: 201,
      headers: { 'Content-Type': type, 'X-Other': 'kept' },
    });
    const { status, headers } = compressed(answer, accepted);
    expect([status, headers.get('X-Other'), headers.get('Content-Encoding')]).toEqual([
      201,
      'kept',
      encoding,
    ]);
  });

  it('leaves an answer that is encoded as it is', () => {
    const answer = new Response('words', {
      headers: { 'Content-Type': 'text/css', 'Content-Encoding': 'gzip' },
    });
    expect(compressed(answer, 'br')).toBe(answer);
  });

  it('counts each key of a rate limit by itself, and anew with each window of the clock', async () => {
    let now = 119_000;
    const counter = counterOf({ limit: 2, period: 60 }, () => now);
    const passes = async (key: string) => (await counter.limit({ key })).success;
    expect([await passes('a'), await passes('a'), await passes('a'), await passes('b')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    now = 120_000;
    expect([await passes('a'), await passes('b')]).toEqual([true, true]);
  });
});
