import { describe, expect, it } from 'vitest';
import { ifReached, reach, readAnswer, readRefusal, Unreached } from '../../src/client/portal/reach.ts';

const broken = () =>
  new Response(
    new ReadableStream({
      start: (controller) => controller.error(new TypeError('The connection was reset')),
    }),
  );

describe('asking the service from a page', () => {
  it('is answered null where the service was not reached', async () => {
    const cause = new TypeError('Failed to fetch');
    const asked = () => reach(() => Promise.reject(cause));
    expect(await ifReached(asked())).toBeNull();
    await expect(asked()).rejects.toMatchObject({ constructor: Unreached, cause });
  });

  it('hides no fault of our own, which may be a TypeError as well', async () => {
    const fault = new TypeError('undefined is not a function');
    await expect(ifReached(Promise.reject(fault))).rejects.toBe(fault);
  });

  it.each([
    ['a proxy’s page', () => new Response('<h1>Bad gateway</h1>'), {}],
    ['a list', () => new Response('[1]'), [1]],
    ['no object', () => new Response('null'), {}],
    ['an answer that breaks off', broken, {}],
    [
      'an answer of ours',
      () => Response.json({ message: 'Go on tomorrow.' }),
      { message: 'Go on tomorrow.' },
    ],
  ])('reads %s', async (_, answer, read) => {
    expect(await readAnswer(answer())).toEqual(read);
  });

  it('tells why it was refused, in our words where the answer has none', async () => {
    expect(await readRefusal(Response.json({ message: 'Go on tomorrow.' }), 'No.')).toBe('Go on tomorrow.');
    expect(await readRefusal(broken(), 'No.')).toBe('No.');
  });
});
