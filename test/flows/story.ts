import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, vi } from 'vitest';
import type { Bindings } from '../../src/platform/deps.ts';
import { twilioSignature } from '../../src/platform/sms/twilio-signature.ts';
import { createWorld, type Person } from '../worker/world.ts';

const { FAMILY } = env as unknown as Bindings;

/** Preferences to change. */
export interface Wishes {
  quietStart?: number | null;
  quietEnd?: number | null;
  quietDelivery?: 'defer' | 'drop';
  urgentAllowed?: boolean;
  preview?: 'full' | 'sender' | 'none';
  timeZone?: string;
}

/** Grandma Rosa and Ben, who have phones and agreed to texts; the family lives in New York. */
const ROSA_AND_BEN = ['rosa', 'ben'];
const NAMES: Record<string, string> = { rosa: 'Grandma Rosa', ben: 'Ben', mia: 'Mia', leo: 'Leo' };

/**
 * A family and a clock that only the story moves, in the years after these tests were written: the runtime's own
 * clock, by which alarms ring, stays behind, so that none rings unasked.
 * @param start the first moment, ISO 8601
 */
export async function tell(
  start: string,
  { people = ROSA_AND_BEN, settings = {} }: { people?: string[]; settings?: Record<string, string> } = {},
) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(start) });
  const world = await createWorld(settings, people.length, { spread: true });
  const persons: Person[] = people.map((id, n) => ({
    id,
    name: NAMES[id] ?? id,
    phone: world.phone(n),
  }));
  await world.seed(persons);
  const phoneOf = (id: string) => world.phone(people.indexOf(id));
  const posted: string[] = [];
  const stub = () => FAMILY.get(FAMILY.idFromName(world.familyId));

  /** Posts; answers with the message. */
  async function post(by: string, body: string, extra: { urgent?: boolean; thread?: string } = {}) {
    const { thread, ...more } = extra;
    const { status, json } = await world.api('POST', `/api/threads/${world.thread(thread)}/messages`, {
      as: world.member(by),
      body: { body, ...more },
    });
    expect(status).toBe(201);
    posted.push(json.message.id);
    return json.message as { id: string; seq: number; threadId: string };
  }

  /** What a minute does: the cron's sweep, and the queue's consumer until nothing waits. */
  async function tick(): Promise<void> {
    await world.api('POST', '/api/admin/sweep', { as: 'service' });
    await world.drain();
  }

  const tell = async (by: string, body: string, extra: Parameters<typeof post>[2] = {}) => {
    const message = await post(by, body, extra);
    await world.drain();
    return message;
  };

  const story = {
    ...world,
    world,
    phoneOf,
    post,
    /** Posts, and lets the queue hand the jobs over at once. */
    say: tell,
    tick,
    /** Another thread of these people. */
    openThread: (id: string, title: string, members = people) =>
      world.mirror(`threads/${world.thread(id)}`, {
        familyId: world.familyId,
        title,
        memberIds: members.map((member) => world.member(member).userId),
      }),
    /** Lets time pass without a sweep in between, and then ticks. `seconds` may be a fraction. */
    pass: async (seconds: number) => {
      vi.setSystemTime(Date.now() + seconds * 1000);
      await tick();
    },
    /** Jumps to a moment, and ticks. */
    at: async (moment: string) => {
      vi.setSystemTime(Date.parse(moment));
      await tick();
    },
    /** Ticks once a minute, so often. */
    minutes: async (count: number) => {
      for (let i = 0; i < count; i++) {
        vi.setSystemTime(Date.now() + 60_000);
        await tick();
      }
    },
    read: async (who: string, body: { messageId?: string } = {}, thread?: string) => {
      const path = `/api/threads/${world.thread(thread)}/read`;
      expect((await world.api('POST', path, { as: world.member(who), body })).status).toBe(200);
    },
    /** A sign of life: online, or away. */
    beat: (who: string, state: 'active' | 'away' = 'active') =>
      world.api('POST', '/api/presence/heartbeat', { as: world.member(who), body: { state } }),
    mute: (who: string, until?: string) =>
      world.api('PUT', `/api/threads/${world.thread()}/mute`, { as: world.member(who), body: { until } }),
    wish: async (who: string, wishes: Wishes) => {
      const { status } = await world.api('PATCH', '/api/preferences', {
        as: world.member(who),
        body: wishes,
      });
      expect(status).toBe(200);
    },
    /** The words of the texts to someone: without brand, link and closing sentence. */
    heard: async (who: string) =>
      (await world.texts(phoneOf(who))).map(({ body }) =>
        body.replace('FamilyCircleSecure: ', '').replace(/\nhttps:\S+ Reply STOP to opt out$/, ''),
      ),
    /** Someone's own delivery log, oldest first. */
    log: async (who: string) => {
      const { json } = await world.api('GET', '/api/deliveries?limit=100', { as: world.member(who) });
      // Ids of one millisecond are in no order.
      return (json.deliveries as LogEntry[]).sort(
        (a, b) => posted.indexOf(a.messageId ?? '') - posted.indexOf(b.messageId ?? ''),
      );
    },
    /** Status and reason of each row of someone's log, oldest first: `deferred quiet_hours`. */
    states: async (who: string) =>
      (await story.log(who)).map(({ status, reason }) => [status, reason].filter(Boolean).join(' ')),
    /** Who was told about a message, as its author sees it. */
    told: async (author: string, message: { id: string; threadId: string }) => {
      const path = `/api/threads/${message.threadId}/messages/${message.id}/deliveries`;
      const { status, json } = await world.api('GET', path, { as: world.member(author) });
      expect(status).toBe(200);
      return json.deliveries as {
        userId: string;
        name: string;
        told: boolean;
        read: boolean;
        explanation: string;
      }[];
    },
    /** Somebody's phone sends a text: the webhook, signed, as Twilio would post it. */
    webhook: async (who: string, body: string, media: string[] = []): Promise<InboundWebhook> => {
      const { webhooks } = await world.control<{ webhooks: InboundWebhook[] }>('POST', 'inbound', {
        from: phoneOf(who),
        body,
      });
      const { url, params } = webhooks[0]!;
      if (media.length === 0) return webhooks[0]!;
      params.NumMedia = String(media.length);
      for (const [n, type] of media.entries()) params[`MediaContentType${n}`] = type;
      const token = String(world.env.TWILIO_AUTH);
      const signature = await twilioSignature(token, url, Object.entries(params));
      return { url, params, headers: { 'X-Twilio-Signature': signature } };
    },
    /** Carries a webhook to the Worker; answers with its status and the words that are to be texted back. */
    carry: async ({ url, params, headers }: InboundWebhook) => {
      const answer = await world.send('POST', new URL(url).pathname, {
        headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(params).toString(),
      });
      const words = /<Message>([\s\S]*)<\/Message>/.exec(await answer.text())?.[1] ?? null;
      return { status: answer.status, words };
    },
    /** Carries the receipts of the texts to someone, as far as they have come. */
    receipts: async (who: string) => {
      await world.control('POST', 'idle');
      const { webhooks } = await world.control<{ webhooks: InboundWebhook[] }>('GET', 'webhooks');
      for (const { url, params, headers } of webhooks.filter(({ params }) => params.To === phoneOf(who))) {
        const { pathname, search } = new URL(url);
        const answer = await world.send('POST', pathname + search, {
          headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams(params).toString(),
        });
        expect(answer.status).toBe(200);
      }
    },
    /** Sends a text and answers with the words that came back; null: none. */
    text: async (who: string, body: string, media: string[] = []) => {
      const { status, words } = await story.carry(await story.webhook(who, body, media));
      expect(status).toBe(200);
      return words;
    },
    /** A thread's messages, oldest first, as `Ben by text: On my way`. */
    said: async (id?: string, as = people[0]!) => {
      const { json } = await world.api('GET', `/api/threads/${world.thread(id)}/messages`, {
        as: world.member(as),
      });
      return (json.messages as { authorName: string; body: string; via: string }[])
        .map(({ authorName, body, via }) => `${authorName}${via === 'sms' ? ' by text' : ''}: ${body}`)
        .reverse();
    },
    /** Looks into the family's object. */
    inObject: <T>(look: (instance: unknown, state: DurableObjectState) => T | Promise<T>) =>
      runInDurableObject(stub(), look),
    evict: () => evictDurableObject(stub()),
  };
  return story;
}

/** A webhook about a text from a phone. */
export interface InboundWebhook {
  url: string;
  params: Record<string, string>;
  headers: Record<string, string>;
}

/** An entry of the delivery log, as the API gives it. */
export interface LogEntry {
  id: string;
  messageId: string | null;
  status: string;
  reason: string | null;
  explanation: string;
  mergedInto: string | null;
  dueAt: string | null;
  sentAt: string | null;
  error: string | null;
}

/** See {@link tell}. */
export type Story = Awaited<ReturnType<typeof tell>>;
