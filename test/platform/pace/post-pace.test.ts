import { beforeEach, describe, expect, it } from 'vitest';
import { createPostPace } from '../../../src/platform/pace/post-pace.ts';

let now = 0;
let waits: number[] = [];
let pace = createPostPace({ now: () => now, pause: async (ms) => waits.push(ms) });
beforeEach(() => {
  now = 1_000_000;
  waits = [];
  pace = createPostPace({
    now: () => now,
    pause: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  });
});

async function post(userId: string, recipients: number, familyId = 'fam'): Promise<number> {
  const { gatherSeconds, report } = await pace.turn({ userId, familyId });
  report(recipients);
  return gatherSeconds;
}
async function posts(count: number, userId: string, recipients: number, familyId?: string) {
  for (let n = 0; n < count; n++) await post(userId, recipients, familyId);
}

describe('the pace of posts', () => {
  it('lets a burst to a hundred people pass, and then four messages a second', async () => {
    await posts(10, 'rosa', 99);
    expect(waits).toEqual([]);
    const began = now;
    await posts(100, 'rosa', 99);
    expect((now - began) / 100).toBeGreaterThan(260);
    expect((now - began) / 100).toBeLessThan(280);
  });

  it('is never met by somebody who writes a message a second to a hundred, or ten to a family of four', async () => {
    for (let n = 0; n < 300; n++) {
      await post('rosa', 99);
      for (let i = 0; i < 10; i++) await post('ana', 3, 'fam_small');
      now += 1000;
    }
    expect(waits).toEqual([]);
  });

  it('is never met in a family of four, however fast they write', async () => {
    for (let n = 0; n < 900; n++) await post('rosa', 3);
    expect(waits).toEqual([]);
  });

  it('slows whoever goes on though the budget refuses, whose every post asks a database in vain', async () => {
    for (let n = 0; n < 260; n++) (await pace.turn({ userId: 'rosa', familyId: 'fam' })).report(null);
    expect(waits.length).toBeGreaterThan(190);
    expect(waits.at(-1)).toBeGreaterThan(40);
  });

  it('gathers the texts of whoever writes to many faster than anybody reads, and of nobody else', async () => {
    expect(await post('rosa', 99)).toBe(0);
    now += 1000;
    for (let n = 0; n < 3; n++) expect(await post('rosa', 99)).toBe(0);
    for (let n = 0; n < 10; n++) expect(await post('ana', 3, 'fam_small')).toBe(0);
    await posts(3, 'rosa', 99);
    expect(await post('rosa', 99)).toBe(10);
    now += 10_000;
    expect(await post('rosa', 99)).toBe(0);
  });

  it('makes nobody else wait, not even in the family of the one who floods', async () => {
    await posts(100, 'rosa', 99);
    waits = [];
    await post('ben', 99);
    await post('ana', 3, 'fam_small');
    expect(waits).toEqual([]);
  });

  it('takes a word of each of a hundred people at once, within eight seconds', async () => {
    const began = now;
    for (let n = 0; n < 100; n++) {
      now = began;
      await post(`usr_${n}`, 99);
    }
    expect(Math.max(...waits)).toBeLessThan(8000);
  });

  it('lets ten messages to a hundred people pass at once, be they of one member or of ten', async () => {
    for (let n = 0; n < 20; n++) await post(`usr_${n}`, 9);
    const began = now;
    for (let n = 0; n < 20; n++) {
      now = began;
      await post(`usr_${n}`, 99);
    }
    expect(waits.filter((ms) => ms < 100)).toHaveLength(1);
    expect(waits).toHaveLength(8);
  });

  it('holds a family in which all flood together', async () => {
    const began = now;
    for (let n = 0; n < 40; n++) for (let i = 0; i < 10; i++) await post(`usr_${i}`, 99);
    expect((now - began) / 400).toBeGreaterThan(80);
  });

  it('gives those who come together a turn each, and refuses whose turn is too far away, with the true wait', async () => {
    await post('rosa', 99); // From now on it is known how many they write to.
    now += 60_000;
    const asked: Promise<unknown>[] = [];
    const began = now;
    for (let n = 0; n < 300; n++) {
      now = began;
      asked.push(pace.turn({ userId: 'rosa', familyId: 'fam' }));
    }
    const answers = await Promise.allSettled(asked);
    const refused = answers.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    // A dozen of the burst, and two hundred and twenty within the minute.
    expect(refused.length).toBeLessThan(100);
    expect(refused.length).toBeGreaterThan(50);
    expect(refused[0]).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(Number(refused[0].headers()['Retry-After'])).toBeGreaterThanOrEqual(60);
    now = began + Number(refused[0].headers()['Retry-After']) * 1000;
    const before = waits.length;
    await pace.turn({ userId: 'rosa', familyId: 'fam' });
    expect(waits, 'it waits for nobody once that is over').toHaveLength(before);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(new Set(waits).size).toBe(waits.length);
  });

  it('takes what was refused or repeated for what it cost', async () => {
    await posts(1, 'rosa', 99);
    await posts(200, 'rosa', 0);
    expect(waits).toEqual([]);
  });

  it('forgets what another clock has said', async () => {
    await posts(20, 'rosa', 99);
    waits = [];
    now -= 3_600_000;
    await posts(5, 'rosa', 99);
    expect(waits).toEqual([]);
  });
});
