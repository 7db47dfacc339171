import { describe, expect, it } from 'vitest';
import { castOf } from '../../dev/chaos/cast.ts';
import type { Evidence, GatheredDelivery, GatheredMessage, Text } from '../../dev/chaos/gather.ts';
import type { Post } from '../../dev/chaos/poster.ts';
import { tally } from '../../dev/chaos/tally.ts';

const cast = castOf(1, 0);
const thread = cast.threads[0]!;
const [rosa, ben] = thread.members;

const post = (n: number, outcome: Post['outcome'] = 'acknowledged'): Post => ({
  key: `post-${n}`,
  threadId: thread.id,
  familyId: thread.familyId,
  author: rosa!,
  body: `Words ${n}`,
  outcome,
  messageIds: new Set(outcome === 'acknowledged' ? [`msg_${n}`] : []),
  answers: [],
});
const message = (n: number): GatheredMessage => ({
  id: `msg_${n}`,
  threadId: thread.id,
  seq: n,
  authorId: rosa!.id,
  body: `Words ${n}`,
  urgent: false,
});
const deliveryId = (n: number, userId: string) => `dlv_${n}_${userId}`;

/** Rosa posts; each of the others has the end that is meant for them. */
function ended(n: number, over: Partial<GatheredDelivery> = {}): GatheredDelivery[] {
  return thread.members.slice(1).map(({ id: userId, fate }) => {
    const told = fate.told;
    return {
      id: deliveryId(n, userId),
      userId,
      familyId: 'fam',
      threadId: thread.id,
      messageId: `msg_${n}`,
      status: told ? 'sent' : 'suppressed',
      reason: told ? null : fate.reasons.at(-1)!,
      error: null,
      mergedInto: null,
      ...(userId === ben!.id ? over : {}),
    };
  });
}
const textsOf = (deliveries: GatheredDelivery[]): Text[] =>
  deliveries
    .filter(({ status }) => status === 'sent')
    .map(({ id, userId }) => ({
      deliveryId: id,
      to: cast.members.find((member) => member.id === userId)!.phone,
      body: 'FamilyCircleSecure: Rosa: "Words"',
      segments: 1,
      acceptedAt: 0,
    }));

/** Two messages that went well. */
function well(): { posts: Post[]; evidence: { -readonly [K in keyof Evidence]: Evidence[K][number][] } } {
  const deliveries = [...ended(1), ...ended(2)];
  const evidence = { messages: [message(1), message(2)], deliveries, texts: textsOf(deliveries) };
  return { posts: [post(1), post(2)], evidence };
}
type Case = ReturnType<typeof well>;
const textToBen = ({ evidence }: Case) =>
  evidence.texts.find((text) => text.deliveryId === deliveryId(1, ben!.id))!;
const rowOfBen = ({ evidence }: Case, n: number) =>
  evidence.deliveries.find(({ id }) => id === deliveryId(n, ben!.id))!;
/** Ben is told of the second message in the text about the first. */
function merge(world: Case) {
  world.evidence.texts = world.evidence.texts.filter((text) => text.deliveryId !== deliveryId(2, ben!.id));
  Object.assign(rowOfBen(world, 2), { status: 'merged', mergedInto: deliveryId(1, ben!.id) });
  textToBen(world).body = 'FamilyCircleSecure: Rosa: 2 new messages: "Words"';
}

describe('the tally finds nothing wrong with', () => {
  it.each<[string, (world: Case) => void]>([
    ['one text for each', () => undefined],
    ['one text for two messages', merge],
    [
      'an urgent text to someone who muted the thread',
      ({ evidence }) => {
        evidence.messages[0]!.urgent = true;
        const row = evidence.deliveries.find(({ reason }) => reason === 'muted')!;
        Object.assign(row, { status: 'sent', reason: null });
        evidence.texts.push(...textsOf([row]));
      },
    ],
    [
      'a STOP before the text left',
      ({ evidence }) => {
        const row = evidence.deliveries.find(({ userId }) => userId.endsWith('zoe'))!;
        Object.assign(row, { status: 'failed', error: '21610' });
      },
    ],
    ['a refused post that is not there', ({ posts }) => posts.push(post(3, 'refused'))],
    ['a post without an answer that is not there', ({ posts }) => posts.push(post(3, 'unknown'))],
    ['a post without an answer that is there', ({ posts }) => Object.assign(posts[1]!, post(2, 'unknown'))],
  ])('%s', (_, change) => {
    const world = well();
    change(world);
    expect(tally(cast, world.posts, world.evidence).problems).toEqual([]);
  });
});

describe('the tally finds', () => {
  it.each<[string, (world: Case) => void]>([
    ['a lost message', ({ posts }) => posts.push(post(3))],
    ['a refused post that is there', ({ posts }) => Object.assign(posts[1]!, post(2, 'refused'))],
    [
      'a post that is there twice',
      ({ evidence }) => {
        evidence.messages.push({ ...message(3), body: 'Words 2' });
        evidence.deliveries.push(...ended(3));
        evidence.texts.push(...textsOf(ended(3)));
      },
    ],
    ['two answers that differ', ({ posts }) => posts[0]!.messageIds.add('msg_9')],
    ['a message that nobody posted', ({ posts }) => posts.pop()],
    ['a gap in a thread', ({ evidence }) => Object.assign(evidence.messages[1]!, { seq: 3 })],
    ['a second text', (world) => world.evidence.texts.push(textToBen(world))],
    [
      'a missing text',
      (world) => world.evidence.texts.splice(world.evidence.texts.indexOf(textToBen(world)), 1),
    ],
    ['a text to the wrong phone', (world) => Object.assign(textToBen(world), { to: rosa!.phone })],
    ['a text of two segments', (world) => Object.assign(textToBen(world), { segments: 2 })],
    ['a text of nobody', (world) => world.evidence.texts.push({ ...textToBen(world), deliveryId: null })],
    ['a missing row', ({ evidence }) => evidence.deliveries.shift()],
    ['a row that is stuck', (world) => Object.assign(rowOfBen(world, 1), { status: 'sending' })],
    [
      'a text to someone who must not have one',
      ({ evidence }) => {
        const row = Object.assign(evidence.deliveries.find(({ reason }) => reason === 'unverified')!, {
          status: 'sent',
          reason: null,
        });
        evidence.texts.push(...textsOf([row]));
      },
    ],
    [
      'a suppression without need',
      (world) => {
        world.evidence.texts.splice(world.evidence.texts.indexOf(textToBen(world)), 1);
        Object.assign(rowOfBen(world, 1), { status: 'suppressed', reason: 'read' });
      },
    ],
    [
      'a merge into a text that did not leave',
      (world) => {
        merge(world);
        Object.assign(rowOfBen(world, 2), { mergedInto: 'dlv_none' });
      },
    ],
    [
      'a message told twice',
      (world) => Object.assign(textToBen(world), { body: 'Rosa: 2 new messages: "Words"' }),
    ],
  ])('%s', (_, change) => {
    const world = well();
    change(world);
    expect(tally(cast, world.posts, world.evidence).problems).not.toEqual([]);
  });
});
