import type { Db } from '../../db/client.ts';
import { retrying } from '../../db/retry.ts';
import type { Statement } from '../../db/statement.ts';
import { type LinkRow, makeLink } from '../../links/mint-link.ts';
import type { Deps } from '../../platform/deps.ts';
import { receiptsUrl } from '../../platform/sms/twilio.ts';
import { type Claimable, claimedByOthers, claimWave, writeClaimedLinks } from '../deliveries/claim.ts';
import { MERGED_AT_ONCE, mergeSome } from '../deliveries/finish.ts';
import { composeNotification, composeTest } from '../text/compose.ts';
import type { Admitted } from './admissions.ts';
import type { Covered } from './covered.ts';
import type { DeliveryRecord } from './facts.ts';
import type { Lead } from './fold.ts';
import type { Outcome } from './outcome.ts';
import { type PauseReader, withoutPaused } from './paused.ts';
import { requestPermits, senderOfRecord } from './permits.ts';

/** A text that is ready to be claimed and sent. */
export interface Prepared extends Claimable {
  lead: Telling;
  familyId: string;
  /** When its claim was asked for, ms. */
  claimedAt: number;
  body: string;
  link: LinkRow;
}

/** An admitted delivery with what its text tells of. */
export interface Telling extends Admitted {
  covered: Covered;
}

/** A delivery that was admitted, at `admittedAt` the last time, and is not sent. */
export type NotSent = Pick<Telling, 'record' | 'admittedAt'>;

async function prepare(lead: Telling, claimedAt: number, { config }: Deps): Promise<Prepared> {
  const { record, covered, lastToday } = lead;
  const { id, userId, familyId, threadId } = record;
  const target = { id, kind: 'text' as const, userId, familyId, threadId, deliveryId: id };
  const { code, row: link } = await makeLink(config, target, claimedAt);
  const address = `${config.PUBLIC_ORIGIN}/l/${code}`;
  const shared = { brand: config.BRAND_NAME, link: address, maxSegments: config.MAX_SEGMENTS };
  const text =
    record.facts.kind === 'test'
      ? composeTest(shared)
      : composeNotification({
          ...shared,
          senders: covered.senders,
          count: covered.count,
          more: covered.more,
          newest: covered.newest,
          preview: record.preview,
          urgent: record.urgentMessage,
          lastToday,
        });
  return {
    id,
    phone: record.phone!,
    attempts: record.attempts,
    revision: record.revision,
    coversSeq: covered.upTo,
    covers: covered.mark,
    lead,
    familyId,
    claimedAt,
    body: text.body,
    link,
  };
}

/**
 * Sends a text while its claim is fresh. If the lease could expire before the carrier's time-out, another process
 * might look the text up in vain and send it a second time, so it is not sent. Never throws.
 */
export async function sendWithinLease(text: Prepared, deps: Deps): Promise<Outcome> {
  const { config, now, sms } = deps;
  const answerBy = now() + config.TWILIO_TIMEOUT_SECONDS * 1000;
  if (answerBy > text.claimedAt + config.CLAIM_LEASE_SECONDS * 1000) return { kind: 'late' };
  return await sms.send({
    to: text.phone,
    body: text.body,
    statusCallback: receiptsUrl(config, { delivery: text.id, family: text.familyId }),
    validitySeconds: validitySeconds(text.lead.record, deps),
    sender: senderOfRecord(deps, text.lead.record),
  });
}

const claimable = ({ id, phone, attempts, revision, coversSeq, covers }: Claimable): Claimable => ({
  id,
  phone,
  attempts,
  revision,
  coversSeq,
  covers,
});

async function claimedElsewhere(db: Db, lost: Prepared[], claim: string): Promise<Set<string>> {
  if (lost.length === 0) return new Set();
  const rows = await retrying(() => db.all(claimedByOthers(lost.map(claimable), claim)));
  return new Set(rows.map(({ id }) => id));
}

/** More messages than this in one text are merged a part at a time. */
const FEW = 10;

/**
 * Merges what texts of many messages cover, a part at a time, so that the database's other callers get their turn.
 * @throws when the database fails
 */
export async function mergeMany(db: Db, sent: readonly Prepared[], claim: string): Promise<void> {
  const ids = sent.filter(({ lead }) => lead.covered.count > FEW).map(({ id }) => id);
  if (ids.length === 0) return;
  let merged: number;
  do merged = (await retrying(() => db.all(mergeSome(ids, claim)))).length;
  while (merged === MERGED_AT_ONCE);
}

/** A wave that was claimed, or not. */
export interface Claimed {
  /** Claimed, in the order of the wave. */
  won: Prepared[];
  /** Another consumer has it, with the window. */
  taken: Lead[];
  /** Held back by a pause, lost to an opt-out or a reading, or nobody could be asked for its turn: decided again. */
  again: { lead: Telling; seconds: number }[];
  /** Waits for its turn at its sender, ms UTC. */
  waiting: { lead: Telling; until: number }[];
}

/** Delay of jobs whose sender could not be asked: without its permission no text is sent. */
const UNASKED_SECONDS = 5;

/**
 * Claims a wave of texts, together with statements that wait to be written. What is paused, or has to wait for its turn
 * at its sender, is not claimed.
 * @throws when a database fails
 */
export async function claim(
  deps: Deps,
  db: Db,
  wave: readonly Telling[],
  {
    name,
    pauses,
    earlier,
  }: { name: string; pauses: PauseReader; earlier: Record<string, Statement<D1Result>> },
): Promise<Claimed> {
  // A pause holds from the next wave on; what it keeps back is decided anew, with the reason.
  const { free, paused } = await withoutPaused(deps, pauses, wave);
  const turns = await requestPermits(deps, free);
  const again = [
    ...paused.map(({ lead }) => ({ lead, seconds: 1 })),
    ...turns.unasked.map((lead) => ({ lead, seconds: UNASKED_SECONDS })),
  ];
  const { waiting } = turns;
  const now = deps.now();
  const prepared = await Promise.all(turns.going.map((one) => prepare(one, now, deps)));
  if (prepared.length === 0) {
    if (Object.keys(earlier).length > 0) await retrying(() => db.batch(earlier));
    return { won: [], taken: [], again, waiting };
  }
  const { claimed } = await retrying(() =>
    db.batch({
      claimed: claimWave(prepared.map(claimable), name, now, deps.config),
      links: writeClaimedLinks(
        prepared.map(({ link }) => link),
        name,
      ),
      ...earlier,
    }),
  );
  const ids = new Set(claimed.map(({ id }) => id));
  const lost = prepared.filter(({ id }) => !ids.has(id));
  const others = await claimedElsewhere(db, lost, name);
  return {
    won: prepared.filter(({ id }) => ids.has(id)),
    taken: lost.filter(({ id }) => others.has(id)).map(({ lead }) => lead),
    again: [...again, ...lost.filter(({ id }) => !others.has(id)).map(({ lead }) => ({ lead, seconds: 1 }))],
    waiting,
  };
}

/** The validity period: no longer than the notification's expiry. */
function validitySeconds(record: DeliveryRecord, { config, now }: Deps): number {
  const left = config.SMS_EXPIRY_SECONDS - (now() - record.facts.createdAt) / 1000;
  return Math.min(14_400, Math.max(60, left));
}
