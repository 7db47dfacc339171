import { beforeEach, describe, expect, it } from 'vitest';
import { createStrangersPace, type StrangersPace } from '../../../src/platform/pace/strangers-pace.ts';
import { failureOf } from '../../support/failure-of.ts';

let now = 0;
let waits: number[] = [];
let pace: StrangersPace;
beforeEach(() => {
  now = 1_000_000;
  waits = [];
  pace = createStrangersPace({ now: () => now, wait: async (ms) => waits.push(ms) });
});

const stranger = async () => false;
const FLOOD = '2001:db8:1::1';
/** Asks `n` times at once, each of which takes `ms`. */
async function ask(n: number, ms: number, inVain: boolean, mayPass = stranger) {
  const turns = [];
  for (let i = 0; i < n; i++) turns.push(await pace.turn(FLOOD, mayPass));
  now += ms;
  for (const { settle } of turns) settle(inVain);
}

describe('the pace of strangers', () => {
  it('is never met while nobody asks in vain, twenty-five at once of one block either', async () => {
    for (let i = 0; i < 100; i++) await ask(25, 20, false);
    expect(waits).toEqual([]);
  });

  it('beyond a burst in vain has each wait as long as two at once take', async () => {
    for (let i = 0; i < 25; i++) await ask(2, 40, true);
    expect(waits).toEqual([]);
    await ask(20, 0, false);
    expect(waits).toEqual([]);
    await ask(60, 40, true);
    for (let i = 0; i < 5; i++) await pace.turn(FLOOD, stranger);
    const [first, ...others] = waits.slice(-5);
    expect(first).toBeGreaterThan(0);
    expect(others.map((wait, n) => Math.round(wait - first!) / (n + 1))).toEqual([20, 20, 20, 20]);
    now += 60_000;
    waits = [];
    await ask(20, 10, false);
    expect(waits).toEqual([]);
  });

  it('counts what only computed as twenty milliseconds, since its clock stood still', async () => {
    for (let i = 0; i < 26; i++) await ask(1, 0, true);
    expect(waits).toEqual([]);
    for (let i = 0; i < 2; i++) await ask(1, 0, true);
    expect(waits).toEqual([20, 40]);
  });

  it('lets somebody known pass without waiting, and asks who it is only then', async () => {
    let asked = 0;
    const known = async () => ++asked > 0;
    await ask(10, 20, true, known);
    expect(asked).toBe(0);
    await ask(200, 20, true);
    waits = [];
    await ask(10, 20, true, known);
    expect([asked, waits]).toEqual([10, []]);
  });

  it('refuses a stranger whose turn is more than ten seconds away, with the time to wait', async () => {
    const refused = { code: 'rate_limited', extras: { retryAfterSeconds: expect.any(Number) } };
    for (let i = 0; i < 20; i++) {
      const failure = await failureOf(ask(60, 1000, true));
      if (failure !== null) expect(failure).toMatchObject(refused);
    }
    const flood = Array.from({ length: 300 }, () => pace.turn(FLOOD, stranger));
    await expect(Promise.all(flood)).rejects.toMatchObject(refused);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
    await pace.turn(FLOOD, async () => true);
  });

  it('has nobody wait whose block asked little in vain, however many others do', async () => {
    await ask(300, 20, true);
    waits = [];
    for (let n = 0; n < 250; n++) await pace.turn(`2001:db8:${n + 2}::1`, stranger);
    expect(waits).toEqual([]);
    for (const last of [1, 2, 3]) await pace.turn(`203.0.113.${last}`, stranger);
    expect(waits).toEqual([]);
    // Its fourth would wait for all of them, which is too long.
    await expect(pace.turn('203.0.113.4', stranger)).rejects.toMatchObject({ code: 'rate_limited' });
    now += 60_000;
    await ask(300, 20, true);
    waits = [];
    await pace.turn('203.0.113.4', stranger);
    expect(waits).toEqual([]);
  });

  it('remembers a bounded number of blocks, those that asked last', async () => {
    await ask(300, 20, true);
    for (let n = 0; n < 3; n++) await pace.turn('203.0.113.1', stranger);
    for (let n = 0; n < 5000; n++) await pace.turn(`10.${n >> 8}.${n & 255}.1`, stranger);
    waits = [];
    await pace.turn('203.0.113.1', stranger);
    expect(waits).toEqual([]);
  });

  it('counts whoever hung up before the answer all the same', async () => {
    for (let i = 0; i < 60; i++) await pace.turn(FLOOD, stranger);
    expect(waits.length).toBeGreaterThan(5);
  });
});
