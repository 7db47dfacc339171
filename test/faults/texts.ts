import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { sweep } from '../../src/notifications/operate/sweep.ts';
import { drain, handOver, post, receipt, takeJobs } from '../worker/acts.ts';
import type { Fate, SendFault } from '../worker/carrier.ts';
import type { Lab, Name } from '../worker/lab.ts';
import { countRows as count } from '../worker/lab-rows.ts';
import { type Act, ask, type Operation } from './operation.ts';

/** The directory. */
const { DB } = env as unknown as { DB: D1Database };
const SECOND = 1000;

/** How many notifications each of these people got. */
const textsTo = (lab: Lab, ...names: Name[]) =>
  names.map(
    (name) =>
      lab.carrier.texts.filter(
        ({ to, statusCallback }) => to === lab.numberOf(name) && statusCallback.includes('delivery='),
      ).length,
  );

/** What became of the rows: `ben sent`, `mia suppressed muted`. */
const ends = async (lab: Lab) =>
  (await lab.look()).rows.map(({ user, status, reason }) => [user, status, reason].filter(Boolean).join(' '));

/** The queue hands a batch over; what was not acknowledged comes again. */
function consumption(lab: Lab, verify: Act['verify']): Act {
  const { work, left } = handOver(takeJobs(lab));
  return {
    work,
    again: async (end) => void lab.jobs.push(...left(end)),
    verify,
  };
}

/** Posts undisturbed, and lets things happen; then the queue hands the jobs over. */
const consuming = (
  name: string,
  before: (lab: Lab) => Promise<unknown>,
  verify: (lab: Lab) => Promise<void>,
): Operation => ({
  name: `the queue hands over ${name}`,
  prepare: async (lab) => {
    await lab.run(post(lab, 'rosa'));
    await before(lab);
    return consumption(lab, () => verify(lab));
  },
});

/** How it ended; a text that had to be looked up is known to be delivered. */
const told = (expected: string[]) => async (lab: Lab) =>
  expect((await ends(lab)).map((end) => end.replace('delivered', 'sent')).sort()).toEqual(expected);

/** The carrier will answer so. */
const carrier =
  (...faults: SendFault[]) =>
  async (lab: Lab) =>
    void lab.carrier.faults.push(...faults);

/** After a minute the texts in doubt are due to be looked up. */
async function untilDoubtIsDue(lab: Lab): Promise<void> {
  await drain(lab);
  await lab.pass(60 * SECOND);
  await lab.run(sweep);
}

/** A text that has left, and a receipt that tells how it ended. */
const receiving = (fate: Fate, verify: (lab: Lab) => Promise<void>): Operation => ({
  name: `a receipt says ${fate.status} ${fate.errorCode ?? ''}`,
  prepare: async (lab) => {
    await lab.run(post(lab, 'rosa'));
    lab.carrier.fates.push(fate);
    await drain(lab);
    const text = lab.carrier.texts.find((each) => each.fate === fate)!;
    return { work: receipt(lab, text), verify: () => verify(lab) };
  },
});

/** What happens on the way of a text. */
export const TEXT_OPERATIONS: readonly Operation[] = [
  {
    name: 'somebody posts',
    prepare: async (lab) => ({
      work: ask(
        lab,
        'POST',
        '/api/threads/dinner/messages',
        'rosa',
        { body: 'Hello' },
        { 'Idempotency-Key': 'one' },
      ),
      verify: async () => {
        expect(await count('messages')).toBe(1);
        expect(textsTo(lab, 'rosa', 'ben', 'mia')).toEqual([0, 1, 1]);
        await told(['ben sent', 'mia sent'])(lab);
      },
    }),
  },
  {
    name: 'somebody asks for a test text',
    prepare: async (lab) => ({
      work: ask(lab, 'POST', '/api/sms/test', 'ben'),
      verify: async () => {
        expect(textsTo(lab, 'ben')).toEqual([1]);
        await told(['ben sent'])(lab);
      },
    }),
  },
  consuming(
    'two texts',
    async () => undefined,
    async (lab) => {
      expect(textsTo(lab, 'ben', 'mia')).toEqual([1, 1]);
      await told(['ben sent', 'mia sent'])(lab);
    },
  ),
  consuming(
    'one that waits and one that is dropped',
    async (lab) => {
      await lab.run(ask(lab, 'POST', '/api/presence/heartbeat', 'ben'));
      await lab.run(ask(lab, 'PUT', '/api/threads/dinner/mute', 'mia'));
    },
    async (lab) => {
      expect(textsTo(lab, 'ben', 'mia')).toEqual([1, 0]);
      await told(['ben sent', 'mia suppressed muted'])(lab);
    },
  ),
  consuming(
    'a text that the carrier is too busy for, and one that ends in doubt',
    carrier({ kind: 'refused', code: 20429 }, { kind: 'unanswered' }),
    async (lab) => {
      expect(textsTo(lab, 'ben', 'mia')).toEqual([1, 1]);
      await told(['ben sent', 'mia sent'])(lab);
    },
  ),
  consuming(
    'a text to someone who told the carrier to stop',
    (lab) => carrierStop(lab),
    async (lab) => {
      expect(textsTo(lab, 'ben', 'mia')).toEqual([0, 1]);
      const [ben] = await ends(lab);
      expect(['ben failed', 'ben suppressed opted_out']).toContain(ben);
      expect(await count("consent_events WHERE user_id = 'ben' AND action = 'opt_out'")).toBe(1);
      expect(await count("phone_numbers WHERE user_id = 'ben' AND carrier_opted_out_at > 0")).toBe(1);
    },
  ),
  consuming(
    'a text to a number that is none',
    async (lab) => {
      await lab.run(ask(lab, 'PUT', '/api/threads/dinner/mute', 'mia'));
      lab.carrier.faults.push({ kind: 'refused', code: 21614 }, { kind: 'refused', code: 21614 });
    },
    async (lab) => {
      expect(textsTo(lab, 'ben', 'mia')).toEqual([0, 0]);
      expect(await count('users WHERE phone_unusable_at > 0')).toBe(1);
    },
  ),
  consuming('a text while the account is refused', carrier({ kind: 'refused', code: 20003 }), async (lab) => {
    expect(textsTo(lab, 'ben', 'mia')).toEqual([1, 1]);
    await told(['ben sent', 'mia sent'])(lab);
  }),
  {
    name: 'the queue hands over two texts in doubt: one has left, one has not',
    prepare: async (lab) => {
      await lab.run(post(lab, 'rosa'));
      lab.carrier.faults.push({ kind: 'unanswered' }, { kind: 'lost' });
      await untilDoubtIsDue(lab);
      return consumption(lab, async () => {
        expect(textsTo(lab, 'ben', 'mia')).toEqual([1, 1]);
        expect((await lab.look()).rows.every(({ sid }) => sid !== null)).toBe(true);
      });
    },
  },
  {
    name: 'the queue hands over a summary',
    prepare: async (lab) => {
      await lab.run(post(lab, 'rosa'));
      await lab.run(post(lab, 'mia', { body: 'Hi' }));
      return consumption(lab, async () => {
        expect(textsTo(lab, 'ben')).toEqual([1]);
        const rows = (await lab.look()).rows.filter(({ user }) => user === 'ben');
        const lead = rows.find(({ status }) => status !== 'merged')!;
        expect(rows.map(({ mergedInto }) => mergedInto).filter(Boolean)).toEqual([lead.id]);
        expect(lab.carrier.texts.find(({ to }) => to === lab.numberOf('ben'))!.body).toContain(
          '2 new messages',
        );
      });
    },
  },
  receiving({ status: 'delivered', errorCode: null }, async (lab) => {
    expect((await ends(lab)).some((end) => end.endsWith('delivered'))).toBe(true);
  }),
  receiving({ status: 'failed', errorCode: 21610 }, async (lab) => {
    expect((await ends(lab)).some((end) => end.endsWith('failed'))).toBe(true);
    expect(await count("consent_events WHERE action = 'opt_out'")).toBe(1);
    expect(await count('phone_numbers WHERE carrier_opted_out_at > 0')).toBe(1);
  }),
  receiving({ status: 'undelivered', errorCode: 30006 }, async () => {
    expect(await count('users WHERE phone_unusable_at > 0')).toBe(1);
  }),
  receiving({ status: 'undelivered', errorCode: 30005 }, async () => {
    // The first time is no proof, however often the same receipt comes.
    expect(await count('users WHERE phone_unusable_at > 0')).toBe(0);
    expect(await count('phone_numbers WHERE strikes > 0')).toBe(1);
    expect(await count('phone_numbers WHERE strikes > 1')).toBe(0);
  }),
  receiving({ status: 'undelivered', errorCode: 30003 }, async (lab) => {
    expect(textsTo(lab, 'ben', 'mia').toSorted()).toEqual([1, 2]);
  }),
  receiving({ status: 'failed', errorCode: 30007 }, async (lab) => {
    expect((await ends(lab)).some((end) => end.endsWith('failed'))).toBe(true);
  }),
  {
    name: 'a sweep finds what is due, what was never enqueued, and pending updates',
    prepare: async (lab) => {
      await lab.run(post(lab, 'rosa'));
      lab.jobs.length = 0;
      const change = JSON.stringify({ kind: 'unusable', number: lab.numberOf('mia'), at: 1 });
      await DB.prepare(
        `INSERT INTO family_updates (id, family_id, user_id, change, created_at) VALUES ('upd_1', ?, 'mia', ?, 0)`,
      )
        .bind(lab.familyId, change)
        .run();
      await lab.pass(60 * SECOND);
      return {
        work: sweep,
        again: null,
        verify: async () => {
          await lab.run(sweep);
          await told(['ben sent', 'mia suppressed phone_unusable'])(lab);
          expect(textsTo(lab, 'ben', 'mia')).toEqual([1, 0]);
          expect(await count('family_updates')).toBe(0);
        },
      };
    },
  },
];

async function carrierStop(lab: Lab): Promise<void> {
  lab.carrier.blocked.add(lab.numberOf('ben'));
}
