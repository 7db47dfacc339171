import { beforeEach, describe, expect, it } from 'vitest';
import { createRequestPace, type RequestPace } from '../../../src/platform/pace/request-pace.ts';

const rosa = { userId: 'rosa', familyId: 'fam' };
let now = 0;
let waits: number[] = [];
let pace: RequestPace;
let view: () => RequestPace;
beforeEach(() => {
  now = 1_000_000;
  waits = [];
  view = createRequestPace({ now: () => now, wait: async (ms) => waits.push(ms) });
  pace = view();
  pace.turn = async (person) => {
    const each = view();
    await each.turn(person);
    each.done();
  };
});

describe('the pace of requests', () => {
  it('is never met by whoever asks fifty times a second, nor by fifty at once', async () => {
    for (let n = 0; n < 50; n++) await pace.turn(rosa);
    for (let n = 0; n < 1000; n++) {
      now += 20;
      await pace.turn(rosa);
    }
    expect(waits).toEqual([]);
  });

  it('has a loop wait for its turn, twenty milliseconds each, and holds nobody else', async () => {
    for (let n = 0; n < 61; n++) await pace.turn(rosa);
    expect(waits).toEqual([20, 40, 60, 80, 100, 120, 140, 160, 180, 200]);
    await pace.turn({ ...rosa, userId: 'ben' });
    await pace.turn({ userId: 'ana', familyId: 'fam_2' });
    expect(waits).toHaveLength(10);
  });

  it('refuses whoever has more in the air than half a minute of turns, with the time to wait', async () => {
    for (let n = 0; n < 1551; n++) await pace.turn(rosa);
    expect(waits.at(-1)).toBe(30_000);
    await expect(pace.turn(rosa)).rejects.toMatchObject({
      code: 'rate_limited',
      extras: { retryAfterSeconds: 30.02 },
    });
    now += 40_000;
    await pace.turn(rosa);
    expect(waits).toHaveLength(1500);
  });

  it('holds a family’s accounts together, and counts what was more work than one request', async () => {
    for (let n = 0; n < 501; n++) await pace.turn({ userId: `usr_${n}`, familyId: 'fam' });
    expect(waits).toEqual([]);
    await pace.turn({ userId: 'usr_0', familyId: 'fam' });
    expect(waits).toEqual([4]);
    const ana = { userId: 'ana', familyId: 'fam_2' };
    pace.add(ana, 51);
    await pace.turn(ana);
    expect(waits).toEqual([4, 20]);
  });

  /** `seconds` of requests of these people, as fast as they are let, on a machine that answers in so many ms. */
  async function loop(people: readonly string[], seconds: number, answersIn: number): Promise<number> {
    const from = now;
    let asked = 0;
    while (now < from + seconds * 1000) {
      const each = view();
      const waited = waits.length;
      await each.turn({ userId: people[asked % people.length]!, familyId: 'fam' });
      now += waits.slice(waited).reduce((sum, ms) => sum + ms, 0) + answersIn;
      each.done();
      asked += 1;
    }
    return asked;
  }

  it('leaves half of a slow machine to others, and nobody meets that by hand', async () => {
    expect(await loop(['rosa'], 25, 100)).toBe(250);
    expect(waits).toEqual([]);
    await loop(['rosa'], 60, 100);
    expect(await loop(['rosa'], 60, 100)).toBeLessThanOrEqual(301);
    now += 60_000;
    waits = [];
    expect(await loop(['rosa'], 60, 1000)).toBe(60); // Counted as 200 ms each, so that an outage is nobody's fault.
    expect(waits).toEqual([]);
  });

  /** So many people of a family ask at once, and are answered 200 ms later. */
  async function round(people: number) {
    const views = Array.from({ length: people }, view);
    await Promise.all(views.map((each, n) => each.turn({ userId: `usr_${n}`, familyId: 'fam' })));
    now += 200;
    for (const each of views) each.done();
    for (const each of views) each.done(); // Once is enough.
  }

  it('answers a family sixteen at once, a busy one two, and one after the other beyond half a minute of answers', async () => {
    await round(16);
    expect(waits).toEqual([]); // Three seconds of answers.
    await round(16);
    expect(waits).toEqual([]);
    const others = [view(), view()];
    for (const each of others) await each.turn({ userId: 'usr_90', familyId: 'fam' });
    expect(waits).toEqual([]);
    const third = view().turn({ userId: 'usr_91', familyId: 'fam' });
    expect(waits).toEqual([20]);
    for (const each of others) each.done();
    await third;
    await view().turn({ userId: 'ana', familyId: 'fam_2' });
    expect(waits).toEqual([20]);
    for (let n = 0; n < 22; n++) await round(8);
    expect(Math.max(...waits)).toBeGreaterThan(20);
  });

  it('answers a busy person one request at once, and waits for one that hangs for two seconds at the longest', async () => {
    let whileWaiting: () => void = () => undefined;
    const paced = createRequestPace({
      now: () => now,
      wait: async (ms) => {
        waits.push(ms);
        whileWaiting();
      },
    });
    for (let n = 0; n < 20; n++) {
      const each = paced();
      await each.turn(rosa);
      now += 200;
      each.done();
    }
    const first = paced();
    await first.turn(rosa);
    expect(waits).toEqual([]);
    whileWaiting = () => {
      now += 20;
      if (waits.length === 5) first.done();
    };
    const second = paced();
    await second.turn(rosa);
    expect(waits).toEqual([20, 20, 20, 20, 20]);
    await second.turn(rosa); // The same request, which does not wait for itself.
    expect(waits).toHaveLength(5);
    await paced().turn(rosa);
    expect(waits.length).toBeLessThanOrEqual(5 + 100);
  });
});
