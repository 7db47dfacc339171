import { type Cast, type Fate, fateOf, type Member } from './cast.ts';
import type { Evidence, GatheredDelivery, GatheredMessage, Text } from './gather.ts';
import type { Post } from './poster.ts';

/** The verdict: what came of everything, and what should not have. */
export interface Tally {
  /** Deliveries by how they ended: `sent`, `merged`, `suppressed read`, `failed 21610` … */
  ends: Record<string, number>;
  /** Sentences; none is the proof. */
  problems: string[];
}

const TOLD = ['sent', 'delivered', 'undelivered'];

/** Each post is there once when it was acknowledged, not at all when refused, and at most once otherwise. */
function judgePosts(posts: readonly Post[], messages: readonly GatheredMessage[]): string[] {
  const byBody = Map.groupBy(messages, ({ body }) => body);
  const wrong = posts.flatMap((post) => {
    const found = byBody.get(post.body) ?? [];
    const is = `${post.key} (${post.outcome}, answers ${post.answers.join(' ')}) stands ${found.length} times`;
    if (found.length > 1) return [is];
    if (post.outcome === 'acknowledged' && found.length !== 1) return [is];
    if (post.outcome === 'refused' && found.length !== 0) return [is];
    const ids = new Set([...post.messageIds, ...found.map(({ id }) => id)]);
    return ids.size > 1 ? [`${post.key} was answered with ${ids.size} different messages`] : [];
  });
  const posted = new Set(posts.map(({ body }) => body));
  const strangers = messages.filter(({ body }) => !posted.has(body));
  return [...wrong, ...strangers.map(({ id }) => `Message ${id} was never posted`)];
}

/** Numbers of a thread run from 1 without a gap. */
function judgeSequence(messages: readonly GatheredMessage[]): string[] {
  return [...Map.groupBy(messages, ({ threadId }) => threadId)].flatMap(([threadId, group]) => {
    const seqs = group.map(({ seq }) => seq).sort((a, b) => a - b);
    return seqs.every((seq, index) => seq === index + 1) ? [] : [`${threadId} has gaps: ${seqs.join(' ')}`];
  });
}

/** The carrier took a text, and then the recipient told it to stop before it left. */
const stopped = ({ status, error }: GatheredDelivery, { told, reasons }: Fate) =>
  status === 'failed' && error === '21610' && told && reasons.includes('21610');

/** What one delivery's row and texts must be to each other. */
function judgeDelivery(
  delivery: GatheredDelivery,
  texts: readonly Text[],
  { id: userId, phone }: Member,
  fate: Fate,
  mayHaveRead: boolean,
  leads: ReadonlyMap<string, GatheredDelivery>,
): string[] {
  const { id, status, reason, error, mergedInto } = delivery;
  const why = reason ?? error ?? '';
  const is = `${id} to ${userId} is ${status} ${why} with ${texts.length} texts`;
  if (TOLD.includes(status)) {
    const [text] = texts;
    if (texts.length !== 1 || text!.to !== phone || text!.segments !== 1) return [is];
    return fate.told ? [] : [`${is}, although ${fate.reasons.join(' or ')}`];
  }
  if (texts.length > (stopped(delivery, fate) ? 1 : 0)) return [is];
  if (status === 'merged') {
    const lead = leads.get(mergedInto ?? '');
    const told = lead && (TOLD.includes(lead.status) || stopped(lead, fate));
    const same = lead?.userId === delivery.userId && lead.threadId === delivery.threadId;
    return told && same ? [] : [`${is}, told in ${mergedInto}, which is ${lead?.status ?? 'not there'}`];
  }
  if (status !== 'suppressed' && status !== 'failed') return [`${is}, which is no end`];
  const excused = fate.reasons.includes(why) || (why === 'read' && (mayHaveRead || !fate.told));
  return excused ? [] : [is];
}

/** A text counts no more messages than its own, those merged into it, and what was dropped meanwhile. */
function judgeCounts(
  deliveries: readonly GatheredDelivery[],
  textsOf: ReadonlyMap<string | null, Text[]>,
): string[] {
  const merged = Map.groupBy(deliveries, ({ mergedInto }) => mergedInto);
  const dropped = Map.groupBy(
    deliveries.filter(({ reason }) => reason === 'read' || reason === 'opted_out'),
    ({ userId, threadId }) => `${userId} ${threadId}`,
  );
  return deliveries.flatMap(({ id, userId, threadId }) => {
    const told = 1 + (merged.get(id)?.length ?? 0) + (dropped.get(`${userId} ${threadId}`)?.length ?? 0);
    const counts = (textsOf.get(id) ?? []).map(({ body }) =>
      Number(/: (\d+) new messages/.exec(body)?.[1] ?? 1),
    );
    return counts
      .filter((count) => count > told)
      .map(
        (count) => `${id} tells ${userId} of ${count} messages, at most ${told} of which no other text told`,
      );
  });
}

/**
 * Holds what happened against what should have: for every message and other member exactly one text, or one
 * summary that covers it, or one reason.
 */
export function tally(cast: Cast, posts: readonly Post[], evidence: Evidence): Tally {
  const { messages, deliveries, texts } = evidence;
  const textsOf = Map.groupBy(texts, ({ deliveryId }) => deliveryId);
  const byId = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const byMessage = Map.groupBy(deliveries, ({ messageId }) => messageId);
  const threads = new Map(cast.threads.map((thread) => [thread.id, thread]));
  const known = new Set(messages.map(({ id }) => id));

  const perDelivery = messages.flatMap((message) => {
    const rows = byMessage.get(message.id) ?? [];
    const others = threads.get(message.threadId)!.members.filter(({ id }) => id !== message.authorId);
    const perMember = others.flatMap((member) => {
      const mine = rows.filter(({ userId }) => userId === member.id);
      if (mine.length !== 1) return [`${message.id} has ${mine.length} deliveries to ${member.id}`];
      // Who writes has read what stands above.
      const mayHaveRead = messages.some(
        ({ threadId, authorId, seq }) =>
          threadId === message.threadId && authorId === member.id && seq > message.seq,
      );
      const fate = fateOf(member, message.urgent);
      return judgeDelivery(mine[0]!, textsOf.get(mine[0]!.id) ?? [], member, fate, mayHaveRead, byId);
    });
    return rows.length > others.length ? [...perMember, `${message.id} has too many deliveries`] : perMember;
  });
  const orphans = deliveries.filter(({ messageId }) => !known.has(messageId ?? ''));

  const ends: Record<string, number> = {};
  for (const { status, reason, error } of deliveries) {
    const end = [status, TOLD.includes(status) ? '' : (reason ?? error ?? '')].join(' ').trim();
    ends[end] = (ends[end] ?? 0) + 1;
  }
  return {
    ends,
    problems: [
      ...judgePosts(posts, messages),
      ...judgeSequence(messages),
      ...perDelivery,
      ...judgeCounts(deliveries, textsOf),
      ...(textsOf.get(null) ?? []).map(({ to, body }) => `A text to ${to} belongs to no delivery: ${body}`),
      ...orphans.map(({ id }) => `Delivery ${id} belongs to no message`),
    ],
  };
}
