import { createExecutionContext, createMessageBatch, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import worker from '../../../src/worker.ts';
import { createWorld, type TestEnv, type World } from '../../worker/world.ts';

/** A gate that stays shut until it is opened; who waits does so in their own request, whose calls go on from there. */
function gate() {
  let isOpen = false;
  const passed = async () => {
    while (!isOpen) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  const open = () => {
    isOpen = true;
  };
  return { passed, open };
}

const CROWD = 8;
let ours: World;
let other: World;

/** Rosa of each family posts to everybody in it; their jobs come in one batch, through the first family's carrier. */
async function postInBoth(): Promise<void> {
  for (const world of [ours, other]) {
    const path = `/api/threads/${world.thread()}/messages`;
    await world.api('POST', path, { as: world.member('rosa'), body: { body: 'Hello' } });
  }
}

/** Hands all jobs to the consumer, as the queue does: it takes the next batch when this one returns. */
async function consume(more: Partial<TestEnv> = {}) {
  const jobs = [...ours.jobs.splice(0), ...other.jobs.splice(0)];
  const messages = jobs.map(({ job }, i) => ({
    id: `m${i}`,
    timestamp: new Date(),
    attempts: 1,
    body: job,
  }));
  const batch = createMessageBatch('fcs-deliveries', messages);
  const ctx = createExecutionContext();
  await worker.queue?.(batch, { ...ours.env, ...more } as TestEnv, ctx);
  return { afterwards: () => waitOnExecutionContext(ctx) };
}

beforeEach(async () => {
  ours = await createWorld({ TWILIO_TIMEOUT_SECONDS: '20', CLAIM_LEASE_SECONDS: '60' }, CROWD);
  other = await createWorld({}, 1);
  await ours.seed([
    { id: 'rosa', name: 'Rosa' },
    ...Array.from({ length: CROWD }, (_, i) => ({ id: `p${i}`, name: `P${i}`, phone: ours.phone(i) })),
  ]);
  await other.seed([
    { id: 'rosa', name: 'Rosa' },
    { id: 'ben', name: 'Ben', phone: other.phone(0) },
  ]);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('what hangs', () => {
  it.each([1, CROWD])(
    'of a family’s texts (%i) holds up no other family’s, and the batch ends without it',
    async (hanging) => {
      const { passed, open } = gate();
      const numbers = new Set(Array.from({ length: hanging }, (_, i) => ours.phone(i)));
      const real = globalThis.fetch;
      vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
        const to = init?.body instanceof URLSearchParams ? init.body.get('To') : null;
        if (to !== null && numbers.has(to)) await passed();
        return await real(input, init);
      });
      await postInBoth();
      const { afterwards } = await consume();
      expect((await other.rows()).map(({ status }) => status)).toEqual(['sent']);
      expect((await ours.rows()).filter(({ status }) => status === 'sent')).toHaveLength(CROWD - hanging);
      open();
      await afterwards();
      // What waited for a lane is decided again, and nobody is texted twice.
      for (let i = 0; i < 3 && (await ours.rows()).some(({ status }) => status !== 'sent'); i++) {
        await ours.api('POST', '/api/admin/sweep', { as: 'service' });
        const waiting = (await ours.rows()).filter(({ status }) => status === 'pending');
        ours.jobs.push(
          ...waiting.map(({ id }) => ({
            job: { deliveryId: String(id), familyId: ours.familyId },
            delaySeconds: 0,
          })),
        );
        await (await consume()).afterwards();
      }
      expect((await ours.rows()).map(({ status }) => status)).toEqual(Array(CROWD).fill('sent'));
      expect(await ours.texts()).toHaveLength(CROWD + 1);
    },
  );

  it('of objects holds up no other family’s texts', async () => {
    const { passed, open } = gate();
    const { FAMILY } = env as unknown as { FAMILY: DurableObjectNamespace };
    const late = {
      idFromName: (name: string) => FAMILY.idFromName(name),
      get: (id: DurableObjectId) =>
        new Proxy(FAMILY.get(id), {
          get: (stub, method) => {
            if (method !== 'admit') return Reflect.get(stub, method);
            return async (...parameters: unknown[]) => {
              if (id.equals(FAMILY.idFromName(ours.familyId))) await passed();
              return await Reflect.apply(Reflect.get(stub, method), stub, parameters);
            };
          },
        }),
    } as unknown as DurableObjectNamespace;
    const real = globalThis.fetch;
    // The object answers when the other family's text has left: whoever waits for it first waits in vain.
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const answer = await real(input, init);
      if (init?.body instanceof URLSearchParams && init.body.get('To') === other.phone(0)) open();
      return answer;
    });
    await postInBoth();
    await (await consume({ FAMILY: late })).afterwards();
    expect((await other.rows()).map(({ status }) => status)).toEqual(['sent']);
    expect((await ours.rows()).map(({ status }) => status)).toEqual(Array(CROWD).fill('sent'));
  });
});
