import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWorld, type World } from '../worker/world.ts';

const { DB } = env as unknown as { DB: D1Database };

let world: World;
/** Posts; an urgent message passes windows, so that several texts may leave at once. */
const post = async (body: string, urgent = true) => {
  const path = `/api/threads/${world.thread()}/messages`;
  const as = world.member('rosa');
  const { status, json } = await world.api('POST', path, { as, body: { body, urgent } });
  expect(status).toBe(201);
  return json.message.id as string;
};
const plan = (fault: Record<string, unknown>) => world.control('POST', 'faults/next', fault);

/** Lets time pass for some rows: what they wait for is due. */
const hurry = (status: string) =>
  DB.prepare(
    'UPDATE sms_delivery_log SET wake_at = 0, due_at = 0, claimed_at = claimed_at - 100000 WHERE family_id = ? AND status = ? AND wake_at IS NOT NULL',
  )
    .bind(world.familyId, status)
    .run();

async function sweepAndDrain() {
  await world.api('POST', '/api/admin/sweep', { as: 'service' });
  await world.drain();
}

/** Status of each row, oldest message first; for a merged one the message of the text that told it. */
async function ends(): Promise<string[]> {
  const rows = await world.rows();
  return rows.map(({ status, merged_into }) => {
    const lead = rows.findIndex(({ id }) => id === merged_into);
    return lead < 0 ? String(status) : `${status} into ${lead}`;
  });
}

const bodies = async () => (await world.texts()).map(({ body }) => body);

beforeEach(async () => {
  world = await createWorld({}, 20);
  await world.seed([
    { id: 'rosa', name: 'Rosa', phone: world.phone(1) },
    { id: 'ben', name: 'Ben', phone: world.phone(2) },
  ]);
});

describe('several messages to one person that may leave at once', () => {
  it('leave as one text', async () => {
    await post('One');
    await post('Two');
    await world.drain();
    expect(await bodies()).toEqual([expect.stringContaining('Rosa: 2 new messages: "Two"')]);
    expect(await ends()).toEqual(['merged into 1', 'sent']);
  });

  it('leave as one urgent text when one of them is urgent', async () => {
    await post('One', false);
    await post('Two');
    await world.drain();
    expect(await bodies()).toEqual([expect.stringMatching(/^URGENT .*Rosa: 2 new messages: "Two"/)]);
    expect(await ends()).toEqual(['merged into 1', 'sent']);
  });

  it('leave no refusal behind that one of them had met before', async () => {
    await plan({ fault: 'rateLimited' });
    await post('One');
    await world.drain();
    await world.rested();
    await post('Two');
    await world.drain();
    expect(await ends()).toEqual(['merged into 1', 'sent']);
    expect((await world.rows()).map(({ error }) => error)).toEqual([null, null]);
  });
});

describe('a text in doubt', () => {
  /** Two messages in one text, which was accepted without us learning of it. */
  async function doubtful(fault: string) {
    await plan({ fault });
    await post('One');
    await post('Two');
    await world.drain();
    expect(await ends()).toEqual(['pending', 'sending']);
  }

  it('keeps back what it tells of, and tells it once it is found', async () => {
    await doubtful('dropAfter');
    await hurry('pending');
    await sweepAndDrain();
    expect(await bodies()).toHaveLength(1);
    expect(await ends()).toEqual(['pending', 'sending']);

    await hurry('sending');
    await sweepAndDrain();
    expect(await bodies()).toHaveLength(1);
    expect(await ends()).toEqual(['merged into 1', expect.stringMatching(/^(sent|delivered)$/)]);
  });

  it('is sent again, and tells of all, when the carrier does not know it', async () => {
    await doubtful('dropBefore');
    await hurry('sending');
    await sweepAndDrain();
    await hurry('sending');
    await sweepAndDrain();
    expect(await ends()).toEqual(['pending', 'pending']);
    await hurry('pending');
    await sweepAndDrain();
    expect(await bodies()).toEqual([expect.stringContaining('Rosa: 2 new messages: "Two"')]);
    expect(await ends()).toEqual(['merged into 1', expect.stringMatching(/^(sent|delivered)$/)]);
  });

  it('does not keep back what came later', async () => {
    await doubtful('dropAfter');
    await post('Three');
    await world.drain();
    expect(await bodies()).toHaveLength(2);
    expect((await bodies())[1]).toContain('Rosa: "Three"');
    expect(await ends()).toEqual(['pending', 'sending', 'sent']);
  });
});

describe('a claim', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('that has grown old before its text could leave sends nothing, and is taken anew', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await post('One');
    world.watch.reset();
    // The database takes so long over the claim that the lease could end before an answer.
    world.watch.faultAt = async (trip) => {
      const isClaim = world.watch.trips[trip]!.statements.some((text) => text.startsWith('/* claimed */'));
      if (isClaim) vi.setSystemTime(Date.now() + 59_500);
      return null;
    };
    const { result } = await world.drain();
    world.watch.faultAt = () => null;
    expect(await bodies()).toEqual([]);
    expect(await ends()).toEqual(['pending']);
    expect(result.retryMessages).toHaveLength(1);

    await hurry('pending');
    await sweepAndDrain();
    expect(await bodies()).toHaveLength(1);
    expect(await ends()).toEqual(['sent']);
  });
});

describe('a carrier that cannot be asked', () => {
  it('is asked no more than once over, and the texts in doubt wait', async () => {
    const people = Array.from({ length: 14 }, (_, n) => `cousin${n}`);
    const members = people.map((id, n) => ({ id, name: id, phone: world.phone(3 + n) }));
    await world.seed([{ id: 'rosa', name: 'Rosa', phone: world.phone(1) }, ...members]);
    await plan({ fault: 'dropAfter', times: people.length });
    await post('One');
    await world.drain();
    await plan({ fault: 'serverError', operation: 'read', times: 100 });
    await hurry('sending');
    await sweepAndDrain();

    const { requests } = await world.control<{ requests: { operation: string }[] }>('GET', 'requests');
    const looks = requests.filter(({ operation }) => operation === 'list').length;
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(people.length);
    expect(await ends()).toEqual(people.map(() => 'sending'));

    await world.control('DELETE', 'faults');
    await hurry('sending');
    await sweepAndDrain();
    expect(await bodies()).toHaveLength(people.length);
    expect(await ends()).toEqual(people.map(() => expect.stringMatching(/^(sent|delivered)$/)));
  });

  it('is given up on when the notification is worth nothing any more; the row ends, and no text follows', async () => {
    await plan({ fault: 'dropAfter' });
    await post('One');
    await world.drain();
    await plan({ fault: 'serverError', operation: 'read', times: 100 });
    await DB.prepare('UPDATE sms_delivery_log SET created_at = created_at - 90000000 WHERE family_id = ?')
      .bind(world.familyId)
      .run();
    await hurry('sending');
    await sweepAndDrain();
    await world.control('DELETE', 'faults');
    await sweepAndDrain();
    expect(await world.rows()).toMatchObject([{ status: 'failed', error: 'unknown', wake_at: null }]);
    expect(await bodies()).toHaveLength(1);
  });
});
