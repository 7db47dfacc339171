import { expect, it } from 'vitest';
import type { GatheredDelivery, GatheredMessage } from '../../dev/chaos/gather.ts';
import { judgeEvents, type ListedEvent } from '../../dev/chaos/judge-events.ts';

const event = (id: string, type: string, data: ListedEvent['data']): ListedEvent => ({
  id,
  type,
  familyId: 'fam_1',
  data,
});
const posted = event('evt_1', 'message.created', { message: { id: 'msg_1' } });
const sent = event('evt_2', 'delivery.sent', { delivery: { id: 'dlv_1' } });
const delivered = event('evt_3', 'delivery.delivered', { delivery: { id: 'dlv_1' } });
const listed = [posted, sent, delivered];
const facts = {
  messages: [{ id: 'msg_1' }] as GatheredMessage[],
  deliveries: [
    { id: 'dlv_1', status: 'delivered' },
    { id: 'dlv_2', status: 'merged' },
  ] as GatheredDelivery[],
};

it('the events of a chaos are fine when each was heard, in order and with repeats', () => {
  const heard = [posted, posted, sent, posted, sent, delivered];
  expect(judgeEvents(listed, heard, facts)).toEqual([]);
});

it.each([
  ['one that was never heard', listed, [posted, sent], facts, ['delivery.delivered evt_3 was never heard']],
  [
    'one that is not listed',
    listed,
    [...listed, event('evt_9', 'phone.moved', {})],
    facts,
    ['phone.moved evt_9 was heard and is not listed'],
  ],
  [
    'one that came before another',
    listed,
    [posted, delivered, sent],
    facts,
    ['The events of fam_1 were not heard in their order'],
  ],
  ['one that is listed twice', [posted, ...listed], listed, facts, ['An event is listed twice']],
  [
    'a message that is no event',
    [sent, delivered],
    [sent, delivered],
    facts,
    ['message.created msg_1 is an event 0 times'],
  ],
  [
    'a delivery that is two',
    [...listed, event('evt_4', 'delivery.delivered', { delivery: { id: 'dlv_1' } })],
    [...listed, event('evt_4', 'delivery.delivered', { delivery: { id: 'dlv_1' } })],
    facts,
    ['delivery.delivered dlv_1 is an event 2 times'],
  ],
])('the chaos finds %s', (_, list, heard, seen, problems) => {
  expect(judgeEvents(list, heard, seen)).toEqual(expect.arrayContaining(problems));
});
