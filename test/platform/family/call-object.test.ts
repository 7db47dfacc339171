import { describe, expect, it } from 'vitest';
import { callObject } from '../../../src/platform/family/call-object.ts';

/** A namespace whose stubs, in turn, do what the script says: throw it, or answer with it. */
function namespaceOf(script: unknown[]) {
  let stubs = 0;
  return {
    given: () => stubs,
    idFromName: (name: string) => ({ name, equals: () => false }),
    get: () => {
      const step = script[stubs++];
      return async () => {
        if (step instanceof Error) throw step;
        return step;
      };
    },
  };
}

const marked = (mark: Record<string, boolean>) => Object.assign(new Error('from the object'), mark);
const call = (namespace: ReturnType<typeof namespaceOf>) => callObject(namespace, 'fam', (stub) => stub());

describe('calling a family', () => {
  it.each([
    ['answers', ['fine'], 1, 'fine'],
    ['tries again with a fresh stub what may be retried', [marked({ retryable: true }), 'fine'], 2, 'fine'],
  ])('%s', async (_, script, stubs, answer) => {
    const namespace = namespaceOf(script);
    expect(await call(namespace)).toBe(answer);
    expect(namespace.given()).toBe(stubs);
  });

  it.each([
    ['an object that stays unreachable', Array(9).fill(marked({ retryable: true })), 3],
    ['an overloaded object, at once', [marked({ retryable: true, overloaded: true }), 'fine'], 1],
    [
      'one overloaded on the second try',
      [marked({ retryable: true }), marked({ overloaded: true }), 'fine'],
      2,
    ],
  ])('gives up on %s, by name', async (_, script, stubs) => {
    const namespace = namespaceOf(script);
    await expect(call(namespace)).rejects.toMatchObject({ code: 'unavailable', status: 503 });
    expect(namespace.given()).toBe(stubs);
  });

  it('passes on what is a mistake of the call itself', async () => {
    const namespace = namespaceOf([new TypeError('bad argument'), 'fine']);
    await expect(call(namespace)).rejects.toThrow('bad argument');
    expect(namespace.given()).toBe(1);
  });
});
