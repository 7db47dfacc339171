import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Story, tell } from './story.ts';

let story: Story;
beforeEach(async () => {
  story = await tell('2035-06-15T16:00:00Z');
});
afterEach(() => vi.useRealTimers());

/** Ben sits in front of it for so many minutes, with a sign of life every 30 s. */
async function present(minutes: number): Promise<void> {
  for (let half = 0; half < minutes * 2; half++) {
    await story.beat('ben');
    vi.setSystemTime(Date.now() + 30_000);
    if (half % 2 === 1) await story.tick();
  }
}

describe('somebody who is in the chat', () => {
  it('is not texted while they stay, and not later', async () => {
    await story.beat('ben');
    await story.say('rosa', 'One');
    await present(11);
    expect(await story.states('ben')).toEqual(['suppressed online']);
    await story.minutes(5);
    expect(await story.heard('ben')).toEqual([]);
  });

  it('and leaves without reading is texted soon after', async () => {
    await story.beat('ben');
    await story.say('rosa', 'One');
    await present(3);
    expect(await story.states('ben')).toEqual(['deferred online']);
    await story.evict();
    await story.minutes(3);
    expect(await story.heard('ben')).toEqual(['Grandma Rosa: "One"']);
  });

  it('and reads is not texted', async () => {
    await story.beat('ben');
    await story.say('rosa', 'One');
    await story.read('ben');
    await story.minutes(12);
    expect([await story.states('ben'), await story.heard('ben')]).toEqual([['suppressed read'], []]);
  });

  it('but away from every device is texted at once', async () => {
    await story.beat('ben', 'away');
    await story.say('rosa', 'One');
    expect(await story.heard('ben')).toEqual(['Grandma Rosa: "One"']);
  });

  it('who has left an hour ago is told of what came meanwhile in one text', async () => {
    await story.beat('ben');
    for (const words of ['One', 'Two', 'Three']) await story.say('rosa', words);
    await story.pass(70);
    await story.minutes(2);
    expect(await story.heard('ben')).toEqual(['Grandma Rosa: 3 new messages: "Three"']);
  });
});
