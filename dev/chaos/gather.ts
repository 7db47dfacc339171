import { linkCode } from '../../src/links/link-code.ts';
import type { Host } from '../host.ts';
import type { Simulator } from '../simulator/simulator.ts';
import type { Cast } from './cast.ts';
import type { ListedEvent } from './judge-events.ts';

/** A delivery as the service API tells it; what is of interest here. */
export interface GatheredDelivery {
  id: string;
  userId: string;
  familyId: string;
  threadId: string | null;
  messageId: string | null;
  status: string;
  reason: string | null;
  error: string | null;
  mergedInto: string | null;
}

/** A message as its thread shows it. */
export interface GatheredMessage {
  id: string;
  threadId: string;
  seq: number;
  authorId: string;
  body: string;
  urgent: boolean;
}

/** A text that the carrier accepted. */
export interface Text {
  /** The delivery whose link it carries; null: of none that is known. */
  deliveryId: string | null;
  to: string;
  body: string;
  segments: number;
  /** ms, by this process's clock. */
  acceptedAt: number;
}

/** Everything there is to see when it is over. */
export interface Evidence {
  messages: readonly GatheredMessage[];
  deliveries: readonly GatheredDelivery[];
  texts: readonly Text[];
}

type Page<Name extends string, T> = Record<Name, T[]> & { next: string | null };

/** Reads every page. */
async function readAll<T>(
  page: (cursor: string) => Promise<{ items: T[]; next: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let cursor = ''; ; ) {
    const { items, next } = await page(cursor);
    all.push(...items);
    if (next === null) return all;
    cursor = next;
  }
}

/** Every event, as the service lists it. */
export async function listEvents(host: Host): Promise<ListedEvent[]> {
  return await readAll(async (after) => {
    const { events, next } = await host.service<{ events: ListedEvent[]; next: string }>(
      'GET',
      `/api/admin/events?limit=200${after ? `&after=${after}` : ''}`,
    );
    return { items: events, next: events.length === 0 ? null : next };
  });
}

/** How many deliveries of the cast, or of one family, still wait, at least: 0 only when none does. */
export async function countWaiting(
  host: Host,
  {
    familyId,
    statuses = ['pending', 'deferred', 'sending'],
  }: { familyId?: string; statuses?: readonly string[] } = {},
): Promise<number> {
  const of = familyId === undefined ? '' : `&familyId=${familyId}`;
  const pages = await Promise.all(
    statuses.map((status) =>
      host.service<Page<'deliveries', GatheredDelivery>>(
        'GET',
        `/api/admin/deliveries?status=${status}&limit=200${of}`,
      ),
    ),
  );
  return pages.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
}

/** The texts that the service sent of itself: no answers to what people wrote. */
export const sentByApp = (simulator: Simulator) =>
  simulator
    .messages({ direction: 'outbound' })
    .filter(({ writtenBy, direction }) => writtenBy === 'app' && direction !== 'outbound-reply');

/** Collects messages and deliveries through the API, and the texts from the carrier, by the codes in their links. */
export async function gather(
  host: Host,
  simulator: Simulator,
  cast: Cast,
  magicSecret: string,
): Promise<Evidence> {
  const messages: GatheredMessage[] = [];
  const deliveries: GatheredDelivery[] = [];
  for (const { id, members } of cast.threads) {
    messages.push(
      ...(await readAll(async (before) => {
        const query = `limit=100${before ? `&before=${before}` : ''}`;
        const { messages: items, next } = await host.as(members[0]!)<Page<'messages', GatheredMessage>>(
          'GET',
          `/api/threads/${id}/messages?${query}`,
        );
        return { items, next };
      })),
    );
  }
  for (const { id } of cast.families) {
    deliveries.push(
      ...(await readAll(async (cursor) => {
        const query = `familyId=${id}&limit=200${cursor ? `&cursor=${cursor}` : ''}`;
        const { deliveries: items, next } = await host.service<Page<'deliveries', GatheredDelivery>>(
          'GET',
          `/api/admin/deliveries?${query}`,
        );
        return { items, next };
      })),
    );
  }
  const codes = new Map<string, string>();
  for (const delivery of deliveries) codes.set(await linkCode(magicSecret, delivery), delivery.id);
  const texts = sentByApp(simulator).map(({ to, body, segments, createdAt }) => {
    const code = /\/l\/(\w+)/.exec(body)?.[1];
    return { deliveryId: (code && codes.get(code)) ?? null, to, body, segments, acceptedAt: createdAt };
  });
  return { messages, deliveries, texts };
}
