import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweep } from '../../src/notifications/operate/sweep.ts';
import { drain, handOver, inbound, post, takeJobs } from '../worker/acts.ts';
import { type Lab, openLab } from '../worker/lab.ts';
import type { FaultInjector } from '../worker/process.ts';

const { DB } = env as unknown as { DB: D1Database };
const MINUTE = 60_000;

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const textsTo = (name: 'ben' | 'mia') => lab.carrier.texts.filter(({ to }) => to === lab.numberOf(name));

/** The process dies when it reaches for a person's rows: the directory has the change, the rows do not. */
const diesBeforeTheRows: FaultInjector = (call) =>
  call.kind === 'd1' && call.name.includes('update users') ? { when: 'before', how: 'dies' } : null;

const optedOut = async (name: string) =>
  (
    await lab.home
      .prepare('SELECT opted_out_at AS at FROM notification_preferences WHERE user_id = ?')
      .bind(name)
      .first()
  )?.at;

/** Updates of other people that fail every time, or whose follow-up is never done; all older than what comes next. */
async function crowd(count: number, change: (i: number) => object) {
  const at = Date.now() - 1000;
  for (let i = 0; i < count; i += 50) {
    await DB.batch(
      Array.from({ length: Math.min(50, count - i) }, (_, n) =>
        DB.prepare(
          'INSERT INTO family_updates (id, family_id, user_id, change, created_at) VALUES (?, ?, ?, ?, ?)',
        ).bind(`upd_${i + n}`, 'fam_elsewhere', `u${i + n}`, JSON.stringify(change(i + n)), at),
      ),
    );
  }
}

describe('a STOP whose process died between the directory and the rows', () => {
  it.each(['please stop texting me', 'STOP', 'Stop!'])('%s: nothing that is due is texted', async (words) => {
    expect((await lab.run(inbound(lab.numberOf('ben'), words), diesBeforeTheRows)).kind).toBe('died');
    expect(await optedOut('ben')).toBeNull();
    await lab.run(post(lab, 'rosa'));
    await drain(lab);
    expect(textsTo('ben')).toEqual([]);
    expect(textsTo('mia')).toHaveLength(1);
    expect(await optedOut('ben')).not.toBeNull();
    expect((await lab.look()).rows.find(({ user }) => user === 'ben')).toMatchObject({
      status: 'suppressed',
      reason: 'opted_out',
    });
  });

  it('stops the text that the message had queued before', async () => {
    await lab.run(post(lab, 'rosa'));
    await lab.run(inbound(lab.numberOf('ben'), 'please stop texting me'), diesBeforeTheRows);
    await drain(lab);
    expect(textsTo('ben')).toEqual([]);
  });

  it('goes before hundreds of other updates in the next sweep', async () => {
    await crowd(300, () => ({
      kind: 'consent',
      action: 'opt_in',
      source: 'keyword',
      numberHash: null,
      version: null,
      origin: null,
      clientAddress: null,
      userAgent: null,
      carrier: false,
      at: 0,
    }));
    await lab.run(inbound(lab.numberOf('ben'), 'please stop texting me'), diesBeforeTheRows);
    await lab.pass(MINUTE);
    await lab.run(sweep);
    expect(await optedOut('ben')).not.toBeNull();
  });

  it('is not starved by hundreds of opt-outs that fail every time', async () => {
    await crowd(250, () => ({
      kind: 'number_lost',
      source: 'number_moved',
      number: '+12025559000',
      numberHash: 'h',
      at: 0,
    }));
    await lab.run(inbound(lab.numberOf('ben'), 'please stop texting me'), diesBeforeTheRows);
    const others: FaultInjector = (call) =>
      call.kind === 'd1' && call.name.includes('update sessions')
        ? { when: 'before', how: new Error('poisoned') }
        : null;
    for (let i = 0; i < 3; i++) {
      await lab.pass(MINUTE);
      await lab.run(sweep, others);
    }
    expect(await optedOut('ben')).not.toBeNull();
  });

  it('holds its person’s texts back as long as it cannot be applied, and nobody else’s', async () => {
    await lab.run(inbound(lab.numberOf('ben'), 'please stop texting me'), diesBeforeTheRows);
    await lab.run(post(lab, 'rosa'));
    const failing: FaultInjector = (call) =>
      call.kind === 'd1' && call.name.includes('update users')
        ? { when: 'before', how: new Error('poisoned') }
        : null;
    const { work, left } = handOver(takeJobs(lab));
    lab.jobs.push(...left(await lab.run(work, failing)));
    expect([textsTo('ben').length, textsTo('mia').length]).toEqual([0, 1]);
    await lab.pass(10_000);
    await drain(lab);
    expect(textsTo('ben')).toEqual([]);
    expect(await optedOut('ben')).not.toBeNull();
  });
});

describe('a sweep', () => {
  it('wakes what is due before anything else, and asks the carrier nothing until that is done', async () => {
    await crowd(5, () => ({
      kind: 'consent',
      action: 'opt_in',
      source: 'keyword',
      numberHash: null,
      version: null,
      origin: null,
      clientAddress: null,
      userAgent: null,
      carrier: false,
      at: 0,
    }));
    await lab.run(post(lab, 'rosa'));
    lab.jobs.length = 0; // The queue loses them.
    await lab.pass(2 * MINUTE);
    const seen: string[] = [];
    await lab.run(sweep, ({ kind, name }) => {
      if (kind === 'queue') seen.push('woken');
      if (kind === 'd1' && name.includes('family_updates')) seen.push('updates');
      if (kind === 'carrier') seen.push('carrier');
      return null;
    });
    expect(seen[0]).toBe('woken');
    expect(seen).toContain('updates');
  });

  it('hands over what is due although the directory cannot be read', async () => {
    await lab.run(post(lab, 'rosa'));
    lab.jobs.length = 0;
    await lab.pass(2 * MINUTE);
    await lab.run(sweep, ({ kind, name }) =>
      kind === 'd1' && name.startsWith('select; select')
        ? { when: 'before', how: new Error('poisoned') }
        : null,
    );
    expect(lab.jobs.length).toBeGreaterThan(0);
  });
});
