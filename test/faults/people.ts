import { expect } from 'vitest';
import { recordDeadLetters } from '../../src/notifications/operate/dead-letters.ts';
import { sweep } from '../../src/notifications/operate/sweep.ts';
import { drain, inbound, post } from '../worker/acts.ts';
import type { Lab, Name } from '../worker/lab.ts';
import { countRows as count, oneRow as row, rowsOf } from '../worker/lab-rows.ts';
import { type Act, type Answer, ask, type Operation } from './operation.ts';

const NUMBER = '+12025550150';
const AT = '2026-01-01T00:00:00.000Z';

/** Someone's ledger, oldest entry first. */
async function ledger(userId: string): Promise<string[]> {
  const entries = await rowsOf<{ action: string; source: string }>(
    `SELECT action, source FROM consent_events WHERE user_id = '${userId}' ORDER BY rowid`,
  );
  return entries.map(({ action, source }) => `${action} ${source}`);
}

/** What the directory and a person's own rows say of their number and consent. */
async function stateOf(userId: string) {
  const own = await row(`SELECT u.phone AS phone, p.sms_enabled AS enabled, p.opted_out_at IS NOT NULL AS out
    FROM users u LEFT JOIN notification_preferences p ON p.user_id = u.id WHERE u.id = '${userId}'`);
  const [number] = await rowsOf<{ held: string; numberOut: number }>(
    `SELECT number AS held, opted_out_at IS NOT NULL AS numberOut FROM phone_numbers WHERE user_id = '${userId}'`,
  );
  return { ...own, held: number?.held ?? null, numberOut: number?.numberOut ?? null };
}

/** The sweep has applied all pending updates. */
async function expectNoPendingUpdates(lab: Lab): Promise<void> {
  for (let i = 0; i < 2 && (await count('family_updates')) > 0; i++) {
    await lab.pass(lab.config.CLAIM_LEASE_SECONDS * 1000);
    await lab.run(sweep);
  }
  expect(await count('family_updates')).toBe(0);
}

const texts = (lab: Lab, number: string, words: string) =>
  lab.carrier.texts.filter(({ to, body }) => to === number && body.includes(words));
const codeIn = (lab: Lab, number: string) =>
  /code is (\d{6})/.exec(texts(lab, number, 'code is').at(-1)!.body)![1]!;

/** What became of the text about one message to someone. */
const endOf = async (lab: Lab, name: Name) => {
  const { status, reason } = (await lab.look()).rows.find(({ user }) => user === name)!;
  return reason === null ? status : `${status} ${reason}`;
};

/** Undisturbed. */
async function done(lab: Lab, work: ReturnType<typeof ask>): Promise<Answer['json']> {
  const end = await lab.run(work);
  if (end.kind !== 'done' || end.value.status >= 400) throw new Error(`Not done: ${JSON.stringify(end)}`);
  return end.value.json;
}

/** A person without a phone, as the host mirrors them. */
const leo = (lab: Lab, more = {}) =>
  ask(lab, 'PUT', '/api/admin/users/leo', 'service', { familyId: lab.familyId, name: 'Leo', ...more });

/** An operation that is one request. */
const request = (
  name: string,
  prepare: (lab: Lab) => Promise<Act['work']>,
  verify: (lab: Lab, answered: boolean) => Promise<void>,
): Operation => ({
  name,
  prepare: async (lab) => ({ work: await prepare(lab), verify: (answered) => verify(lab, answered) }),
});

/** What people and their hosts do about numbers, consent, accounts and sign-in. */
export const PEOPLE_OPERATIONS: readonly Operation[] = [
  request(
    'a person is imported, with number and consent',
    async (lab) =>
      leo(lab, { phone: NUMBER, phoneVerifiedAt: AT, smsConsent: { at: AT, source: 'form', version: '1' } }),
    async (lab) => {
      await expectNoPendingUpdates(lab);
      expect(await stateOf('leo')).toEqual({ phone: NUMBER, enabled: 1, out: 0, held: NUMBER, numberOut: 0 });
      expect(await ledger('leo')).toEqual(['opt_in import']);
    },
  ),
  request(
    'a person is imported with another number',
    async (lab) =>
      ask(lab, 'PUT', '/api/admin/users/ben', 'service', {
        familyId: lab.familyId,
        phone: NUMBER,
        phoneVerifiedAt: new Date(Date.now() - 1000).toISOString(),
      }),
    async (lab) => {
      await expectNoPendingUpdates(lab);
      expect(await stateOf('ben')).toMatchObject({ phone: NUMBER, enabled: 0, held: NUMBER });
      expect(await ledger('ben')).toEqual(['opt_out number_removed']);
    },
  ),
  request(
    'somebody opts out on the page, with a text on its way to the queue',
    async (lab) => {
      await lab.run(post(lab, 'rosa'));
      return ask(lab, 'PATCH', '/api/preferences', 'ben', { smsEnabled: false });
    },
    async (lab) => {
      await expectNoPendingUpdates(lab);
      expect(await stateOf('ben')).toMatchObject({ enabled: 0, out: 1, numberOut: 1 });
      expect(await ledger('ben')).toEqual(['opt_out api']);
      expect(await endOf(lab, 'ben')).toBe('suppressed opted_out');
      expect(texts(lab, lab.numberOf('ben'), '')).toEqual([]);
    },
  ),
  request(
    'somebody opts in on the page, for the first time',
    async (lab) => {
      await rowsOf("UPDATE notification_preferences SET sms_enabled = 0 WHERE user_id = 'ben'");
      return ask(lab, 'PATCH', '/api/preferences', 'ben', { smsEnabled: true });
    },
    async (lab) => {
      await expectNoPendingUpdates(lab);
      expect(await stateOf('ben')).toMatchObject({ enabled: 1, out: 0, numberOut: 0 });
      expect(await ledger('ben')).toEqual(['opt_in api']);
      expect(texts(lab, lab.numberOf('ben'), 'signed up')).toHaveLength(1);
    },
  ),
  request(
    'somebody sets quiet hours and mutes a thread',
    async (lab) =>
      ask(lab, 'PATCH', '/api/preferences', 'ben', {
        quietStart: 60,
        quietEnd: 120,
        perThreadMute: { dinner: true },
      }),
    async () => {
      expect(
        await row("SELECT quiet_start AS q FROM notification_preferences WHERE user_id = 'ben'"),
      ).toEqual({ q: 60 });
      expect(await count("thread_members WHERE user_id = 'ben' AND muted_until > 0")).toBe(1);
    },
  ),
  request(
    'STOP comes by text, with a text on its way to the queue',
    async (lab) => {
      await lab.run(post(lab, 'rosa'));
      return inbound(lab.numberOf('ben'), 'STOP');
    },
    async (lab) => {
      await expectNoPendingUpdates(lab);
      expect(await stateOf('ben')).toMatchObject({ enabled: 0, out: 1, numberOut: 1 });
      expect(await ledger('ben')).toEqual(['opt_out keyword']);
      expect(await endOf(lab, 'ben')).toBe('suppressed opted_out');
      expect(texts(lab, lab.numberOf('ben'), '')).toEqual([]);
    },
  ),
  request(
    'START comes by text',
    async (lab) => {
      await lab.run(inbound(lab.numberOf('ben'), 'STOP'));
      return inbound(lab.numberOf('ben'), 'START');
    },
    async (lab) => {
      await expectNoPendingUpdates(lab);
      expect(await stateOf('ben')).toMatchObject({ enabled: 1, out: 0, numberOut: 0 });
      expect(await ledger('ben')).toEqual(['opt_out keyword', 'opt_in keyword']);
      expect(texts(lab, lab.numberOf('ben'), '')).toEqual([]);
    },
  ),
  request(
    'somebody asks for a code',
    async (lab) => {
      await done(lab, leo(lab));
      return ask(lab, 'POST', '/api/phone/start-verify', 'leo', { phone: NUMBER });
    },
    async (lab) => {
      const again = ask(lab, 'POST', '/api/phone/start-verify', 'leo', { phone: NUMBER });
      if (texts(lab, NUMBER, 'code is').length === 0) {
        await lab.pass(120_000);
        await done(lab, again);
      }
      await done(lab, ask(lab, 'POST', '/api/phone/confirm', 'leo', { code: codeIn(lab, NUMBER) }));
      await expectNoPendingUpdates(lab);
      expect(await stateOf('leo')).toMatchObject({ phone: NUMBER, held: NUMBER });
      expect(texts(lab, NUMBER, 'code is').length).toBeLessThanOrEqual(2);
    },
  ),
  request(
    'somebody proves a number that another holds, and opts in',
    async (lab) => {
      const number = lab.numberOf('mia');
      await done(lab, leo(lab));
      await done(lab, ask(lab, 'POST', '/api/phone/start-verify', 'leo', { phone: number }));
      return ask(lab, 'POST', '/api/phone/confirm', 'leo', { code: codeIn(lab, number), smsConsent: true });
    },
    async (lab) => {
      await expectNoPendingUpdates(lab);
      const number = lab.numberOf('mia');
      expect(await stateOf('leo')).toMatchObject({ phone: number, held: number, enabled: 1, numberOut: 0 });
      expect(await stateOf('mia')).toMatchObject({ phone: null, held: null, enabled: 0 });
      expect([await ledger('leo'), await ledger('mia')]).toEqual([['opt_in api'], ['opt_out number_moved']]);
      expect(texts(lab, number, 'signed up')).toHaveLength(1);
    },
  ),
  request(
    'somebody removes their number, with a text on its way to the queue',
    async (lab) => {
      await lab.run(post(lab, 'rosa'));
      return ask(lab, 'DELETE', '/api/phone', 'ben');
    },
    async (lab) => {
      await expectNoPendingUpdates(lab);
      expect(await stateOf('ben')).toMatchObject({ phone: null, held: null, enabled: 0 });
      expect(await ledger('ben')).toEqual(['opt_out number_removed']);
      expect(await endOf(lab, 'ben')).toBe('suppressed unverified');
      expect(texts(lab, lab.numberOf('ben'), '')).toEqual([]);
    },
  ),
  request(
    'somebody deletes their account, with a text on its way to the queue',
    async (lab) => {
      await lab.run(post(lab, 'ben', { thread: 'school' }));
      await lab.run(post(lab, 'rosa'));
      return ask(lab, 'DELETE', '/api/me', 'ben');
    },
    async (lab) => {
      await expectNoPendingUpdates(lab);
      const { rows } = await lab.look();
      expect(rows.filter(({ user }) => user === 'ben')).toMatchObject([
        { status: 'suppressed', phone: null },
      ]);
      expect(texts(lab, lab.numberOf('ben'), '')).toEqual([]);
      const left = ['thread_members', 'notification_preferences', 'sessions', 'links', 'phone_numbers'];
      for (const table of left) expect(await count(`${table} WHERE user_id = 'ben'`), table).toBe(0);
      expect(await row("SELECT name, phone FROM users WHERE id = 'ben'")).toEqual({
        name: 'Former member',
        phone: null,
      });
      expect(await count("messages WHERE author_id = 'ben'")).toBe(1);
    },
  ),
  request(
    'somebody reads, with a text on its way to the queue',
    async (lab) => {
      await lab.run(post(lab, 'rosa'));
      return ask(lab, 'POST', '/api/threads/dinner/read', 'ben', {});
    },
    async (lab) => {
      expect(await endOf(lab, 'ben')).toBe('suppressed read');
      expect(texts(lab, lab.numberOf('ben'), '')).toEqual([]);
    },
  ),
  request(
    'somebody mutes a thread, with a text on its way to the queue',
    async (lab) => {
      await lab.run(post(lab, 'rosa'));
      return ask(lab, 'PUT', '/api/threads/dinner/mute', 'ben');
    },
    async (lab) => expect(await endOf(lab, 'ben')).toBe('suppressed muted'),
  ),
  request(
    'the app opens a link',
    async (lab) => {
      await lab.run(post(lab, 'rosa'));
      await drain(lab);
      const code = /\/l\/(\S+)/.exec(texts(lab, lab.numberOf('ben'), '/l/')[0]!.body)![1];
      return ask(lab, 'POST', '/api/links/open', null, { code });
    },
    async () => {
      expect(await count("sessions WHERE user_id = 'ben'")).toBe(1);
      expect(await count("links WHERE user_id = 'ben' AND opened_at > 0 AND consumed_at > 0")).toBe(1);
    },
  ),
  request(
    'the app asks for the destination that waits for it',
    async (lab) => {
      await lab.run(post(lab, 'rosa'));
      await drain(lab);
      return ask(lab, 'POST', '/api/links/pending', 'ben');
    },
    async (lab) => {
      expect(await count("links WHERE user_id = 'ben' AND handed_over_at > 0")).toBe(1);
      expect(await done(lab, ask(lab, 'POST', '/api/links/pending', 'ben'))).toEqual({ link: null });
    },
  ),
  request(
    'somebody asks to sign in',
    async (lab) => ask(lab, 'POST', '/api/login/start', null, { phone: lab.numberOf('ben') }),
    async (lab) => expect(texts(lab, lab.numberOf('ben'), 'code').length).toBeLessThanOrEqual(1),
  ),
  request(
    'somebody signs in with a code',
    async (lab) => {
      const phone = lab.numberOf('ben');
      const start = ask(lab, 'POST', '/api/login/start', null, { phone });
      const { handle } = (await done(lab, start)) as { handle: string };
      return ask(lab, 'POST', '/api/login/confirm', null, { phone, code: codeIn(lab, phone), handle });
    },
    async (_, answered) => {
      expect(await count("sessions WHERE user_id = 'ben'")).toBeLessThanOrEqual(1);
      if (answered) expect(await count("sessions WHERE user_id = 'ben'")).toBe(1);
      expect(await count('verification_codes WHERE used_at IS NULL')).toBe(0);
    },
  ),
  request(
    'somebody opens a thread',
    async (lab) => ask(lab, 'POST', '/api/threads', 'rosa', { title: 'Trip', memberIds: ['ben'] }),
    async () => {
      expect(await count("threads WHERE title = 'Trip'")).toBeGreaterThan(0);
      expect(
        await count(
          "threads t WHERE title = 'Trip' AND (SELECT COUNT(*) FROM thread_members m WHERE m.thread_id = t.id) <> 2",
        ),
      ).toBe(0);
    },
  ),
  request(
    'the host changes the members of a thread',
    async (lab) =>
      ask(lab, 'PUT', '/api/admin/threads/dinner', 'service', {
        familyId: lab.familyId,
        memberIds: ['rosa', 'ben'],
      }),
    async () => expect(await count("thread_members WHERE thread_id = 'dinner'")).toBe(2),
  ),
  request(
    'the host mints a magic token',
    async (lab) => ask(lab, 'POST', '/api/admin/magic', 'service', { userId: 'ben', threadId: 'dinner' }),
    async () => expect(await count("links WHERE kind = 'magic'")).toBeGreaterThan(0),
  ),
  {
    name: 'the queue hands over a dead letter',
    prepare: async (lab) => {
      await lab.run(post(lab, 'rosa'));
      const [first] = lab.jobs;
      let fate = 'none';
      const messages = [
        { id: 'm', body: first!.job, ack: () => (fate = 'acked'), retry: () => (fate = 'comes again') },
      ];
      const work = (deps: Parameters<Act['work']>[0]) =>
        recordDeadLetters(deps, { messages } as unknown as MessageBatch<unknown>);
      return {
        work,
        again: async () => {
          if (fate !== 'acked') await lab.run(work);
        },
        verify: async () => {
          expect([fate, await count('dead_letters WHERE resolved_at IS NULL')]).toEqual(['acked', 1]);
        },
      };
    },
  },
  request(
    'an operator sends a dead letter again',
    async (lab) => {
      await lab.run(post(lab, 'rosa'));
      const { deliveryId } = lab.jobs[0]!.job;
      const messages = [{ id: 'm', body: lab.jobs[0]!.job, ack: () => undefined, retry: () => undefined }];
      await lab.run((deps) => recordDeadLetters(deps, { messages } as unknown as MessageBatch<unknown>));
      lab.jobs.length = 0;
      return ask(lab, 'POST', `/api/admin/deliveries/${deliveryId}/retry`, 'service');
    },
    async (lab) => {
      expect([await endOf(lab, 'ben'), await endOf(lab, 'mia')]).toEqual(['sent', 'sent']);
      expect(await count('dead_letters WHERE resolved_at IS NULL')).toBe(0);
    },
  ),
  ...[
    ['/api/me', 'ben'],
    ['/api/preferences', 'ben'],
    ['/api/consents', 'ben'],
    ['/api/sessions', 'ben'],
    ['/api/deliveries', 'ben'],
    ['/api/threads', 'ben'],
    ['/api/threads/dinner/messages', 'ben'],
    ['/api/presence', 'ben'],
    ['/api/admin/stats', 'service'],
    ['/api/admin/deliveries', 'service'],
  ].map(([path, who]) =>
    request(
      `GET ${path}`,
      async (lab) => ask(lab, 'GET', path!, who!),
      async () => undefined,
    ),
  ),
];
