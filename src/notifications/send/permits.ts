import type { Deps } from '../../platform/deps.ts';
import { errorFields } from '../../platform/log.ts';
import { KINDS, type Kind } from '../../platform/pace/pace.ts';
import { slowSender } from '../../platform/pace/pace-clients.ts';
import { type Sender, senderFor, senderName } from '../../platform/sms/senders.ts';
import { SECOND_MS } from '../../platform/time.ts';
import type { TurnRow, VerdictRow } from '../deliveries/outbox.ts';
import type { DeliveryRecord } from './facts.ts';
import type { Lead } from './fold.ts';
import type { Outcome } from './outcome.ts';

/** The sender of a delivery's text: its family's. */
export function senderOfRecord({ config, phones }: Deps, { familyId, phone }: DeliveryRecord): Sender {
  return senderFor(config, familyId, phone === null ? null : phones.countryOf(phone));
}

type Asking = Pick<Lead, 'record'>;

/** Urgent ones before others. */
export const urgentFirst = (a: Asking, b: Asking): number =>
  Number(b.record.facts.urgent) - Number(a.record.facts.urgent);

/** What may go now, what waits for its turn (ms UTC), and what nobody could be asked about. */
export interface Permits<T> {
  going: T[];
  waiting: { lead: T; until: number }[];
  unasked: T[];
}

const byAge = (a: Asking, b: Asking): number => a.record.facts.createdAt - b.record.facts.createdAt;
/** Asks one sender for turns: of each kind those that were written first go first. */
async function askSender<T extends Asking>(deps: Deps, sender: Sender, leads: T[]): Promise<Permits<T>> {
  const ordinary = Map.groupBy(
    leads.filter(({ record }) => !record.facts.urgent),
    ({ record }) => record.familyId,
  );
  const families = [...ordinary].map(([familyId, texts]) => {
    const returning = texts.filter(({ record }) => record.paced).length;
    return { familyId, returning, fresh: texts.length - returning };
  });
  try {
    const given = await deps
      .sender(sender)
      .take(
        { urgent: leads.filter(({ record }) => record.facts.urgent).length, families },
        { perSecond: sender.perSecond, perDay: sender.perDay },
      );
    const light = new Set(given.lightFamilies);
    const kindOf = ({ record }: T): Kind => {
      if (record.facts.urgent) return 'urgent';
      if (light.has(record.familyId)) return record.paced ? 'lightReturning' : 'light';
      return record.paced ? 'returning' : 'fresh';
    };
    const byKind = Map.groupBy(leads.toSorted(byAge), kindOf);
    const of = (kind: Kind) => byKind.get(kind) ?? [];
    return {
      going: KINDS.flatMap((kind) => of(kind).slice(0, given[kind])),
      waiting: KINDS.flatMap((kind) =>
        of(kind)
          .slice(given[kind])
          .map((lead, i) => ({ lead, until: given.turns[kind][i]! })),
      ),
      unasked: [],
    };
  } catch (error) {
    deps.log.error('sender.not_asked', { sender: senderName(sender), ...errorFields(error) });
    return { going: [], waiting: [], unasked: leads };
  }
}

/** Asks the senders of a wave for permission: one call a sender. Never throws; without permission nothing is sent. */
export async function requestPermits<T extends Asking>(deps: Deps, leads: readonly T[]): Promise<Permits<T>> {
  const bySender = Map.groupBy(leads, ({ record }) => senderName(senderOfRecord(deps, record)));
  const answers = await Promise.all(
    [...bySender.values()].map((some) => askSender(deps, senderOfRecord(deps, some[0]!.record), some)),
  );
  return {
    going: answers.flatMap(({ going }) => going),
    waiting: answers.flatMap(({ waiting }) => waiting),
    unasked: answers.flatMap(({ unasked }) => unasked),
  };
}

/** The first pause of a sender that is too fast, where the carrier does not say how long. */
const BUSY_MS = SECOND_MS;

/** Slows the senders that the carrier has found too fast: once, however many texts it refused. Never throws. */
export async function slowSenders(
  deps: Deps,
  outcomes: readonly { record: DeliveryRecord; outcome: Outcome }[],
): Promise<void> {
  const refused = outcomes.flatMap(({ record, outcome }) =>
    'pausesSender' in outcome && outcome.pausesSender
      ? [{ record, seconds: outcome.retryAfterSeconds ?? null }]
      : [],
  );
  const bySender = Map.groupBy(refused, ({ record }) => senderName(senderOfRecord(deps, record)));
  for (const some of bySender.values()) {
    const longest = Math.max(...some.map(({ seconds }) => seconds ?? 0));
    await slowSender(deps, senderOfRecord(deps, some[0]!.record), {
      retryAfterMs: longest > 0 ? longest * SECOND_MS : null,
      firstMs: BUSY_MS,
    });
  }
}

/**
 * The verdicts on a lead that waits for its turn, and on its companions, which wait with it. What is too old by then
 * has no turn.
 * @param until ms UTC
 */
export const untilTurn = (
  { record, companions }: Lead,
  until: number,
  { leaseMs, expiryMs }: { leaseMs: number; expiryMs: number },
): (TurnRow | VerdictRow)[] =>
  [record, ...companions].map(({ id, facts }) => {
    if (until > facts.createdAt + expiryMs)
      return { id, status: 'suppressed', reason: 'expired', until: null };
    const turn: TurnRow = { id, status: 'pending', reason: null, until };
    return id === record.id ? turn : { ...turn, wakeAt: until + leaseMs };
  });
