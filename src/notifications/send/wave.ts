import type { Db } from '../../db/client.ts';
import { retrying } from '../../db/retry.ts';
import type { Statement } from '../../db/statement.ts';
import { type LinkRow, makeLink } from '../../links/mint-link.ts';
import type { Deps } from '../../platform/deps.ts';
import { newId } from '../../platform/ids.ts';
import { inParallel } from '../../platform/in-parallel.ts';
import { slowSender } from '../../platform/pace/slow-sender.ts';
import { senderName } from '../../platform/sms/senders.ts';
import { receiptsUrl } from '../../platform/sms/twilio.ts';
import { MINUTE_MS, SECOND_MS } from '../../platform/time.ts';
import { type Claimable, claimedByOthers, claimWave, writeClaimedLinks } from '../deliveries/claim.ts';
import { type Finished, finishWave, MERGED_AT_ONCE, mergeInto, mergeSome } from '../deliveries/finish.ts';
import { type TurnRow, type VerdictRow, writeVerdicts } from '../deliveries/outbox.ts';
import { composeNotification, composeTest } from '../text/compose.ts';
import type { Admitted } from './admissions.ts';
import type { Covered } from './covered.ts';
import type { DeliveryRecord } from './facts.ts';
import type { Lead } from './fold.ts';
import { finishedRow, handleFailure, type Outcome } from './outcome.ts';
import { type PauseReader, withoutPaused } from './paused.ts';
import { senderOfRecord, takeTurnsFor, urgentFirst } from './turns.ts';

/** The result of a queue message: acknowledged, or retried. */
export type JobResult = { id: string; end: 'ack' } | { id: string; end: 'retry'; delaySeconds: number };

/** Delay of jobs whose sender could not be asked: without its permission no text is sent. */
const UNASKED_SECONDS = 5;

/** The first pause of a sender that is too fast, where the carrier does not say how long. */
const BUSY_MS = SECOND_MS;

/** A turn that is further away is left to the sweep. */
const NEAR_TURN_MS = MINUTE_MS;

/** The verdicts on a lead that waits for its turn, and on its companions, which wait with it. */
const untilTurn = ({ record, companions }: Lead, until: number, leaseMs: number): TurnRow[] => [
  { id: record.id, status: 'pending', reason: null, until },
  ...companions.map(({ id }) => ({
    id,
    status: 'pending' as const,
    reason: null,
    until,
    wakeAt: until + leaseMs,
  })),
];

/** Number of texts claimed together: a STOP takes effect at the latest when the next wave is claimed. */
const WAVE = 25;

interface Prepared extends Claimable {
  lead: Telling;
  record: DeliveryRecord;
  body: string;
  link: LinkRow;
}

/** An admitted delivery with what its text tells of. */
export interface Telling extends Admitted {
  covered: Covered;
}

async function prepare(lead: Telling, { config, now }: Deps): Promise<Prepared> {
  const { record, covered, lastToday } = lead;
  const { id, userId, familyId, threadId } = record;
  const target = { id, kind: 'text' as const, userId, familyId, threadId, deliveryId: id };
  const { code, row: link } = await makeLink(config, target, now());
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
    record,
    body: text.body,
    link,
  };
}

/**
 * Sends a text while its claim is fresh. If the lease could expire before the carrier's time-out, another
 * process might look the text up in vain and send it a second time, so it is not sent.
 * @param claimedAt ms
 */
async function sendWithinLease(claimedAt: number, text: Prepared, deps: Deps): Promise<Outcome> {
  const { config, now, sms } = deps;
  const answerBy = now() + config.TWILIO_TIMEOUT_SECONDS * 1000;
  if (answerBy > claimedAt + config.CLAIM_LEASE_SECONDS * 1000) return { kind: 'late' };
  return await sms.send({
    to: text.phone,
    body: text.body,
    statusCallback: receiptsUrl(config, { delivery: text.id, family: text.record.familyId }),
    validitySeconds: validitySeconds(text.record, deps),
    sender: senderOfRecord(deps, text.record),
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

/** Merges what texts of many messages cover, a part at a time, so that the database's other callers get their turn. */
async function mergeMany(db: Db, sent: readonly Prepared[], claim: string): Promise<void> {
  const ids = sent.filter(({ lead }) => lead.covered.count > FEW).map(({ id }) => id);
  if (ids.length === 0) return;
  let merged: number;
  do merged = (await retrying(() => db.all(mergeSome(ids, claim)))).length;
  while (merged === MERGED_AT_ONCE);
}

/**
 * Sends the admitted deliveries in waves, one text per person and thread. Each wave's claim is batched with the
 * outcomes of the wave before, so that a hundred texts cost five D1 round trips. Other verdicts are written
 * with the first batch.
 * @returns the results of the jobs, and the deliveries that were not sent, whose windows are to be released
 * @throws when the database fails
 */
export async function sendInWaves(
  deps: Deps,
  db: Db,
  admitted: Telling[],
  postponed: VerdictRow[],
  pauses: PauseReader,
): Promise<{ ends: JobResult[]; unused: DeliveryRecord[] }> {
  const ends: JobResult[] = [];
  /** Companions are told of in a text that was sent; else they are decided again, with their lead or without. */
  const end = ({ record, companions }: Lead, how: 'sent' | 'known later' | { again: number | null }) => {
    const { id } = record;
    if (typeof how === 'string' || how.again === null) ends.push({ id, end: 'ack' });
    else ends.push({ id, end: 'retry', delaySeconds: how.again });
    if (typeof how === 'string') return;
    for (const each of companions) ends.push({ id: each.id, end: 'retry', delaySeconds: how.again ?? 1 });
  };
  const unused: DeliveryRecord[] = [];
  const claim = newId('clm', deps.now());
  const leaseMs = deps.config.CLAIM_LEASE_SECONDS * 1000;
  let openStatements: Record<string, Statement<D1Result>> = postponed.length > 0
    ? { postponed: writeVerdicts(postponed) }
    : {};
  let stopped = false;
  const waiting: TurnRow[] = [];
  // Urgent ones first; else as they come, the families in turn.
  const ordered = admitted.toSorted(urgentFirst);

  for (let start = 0; start < ordered.length && !stopped; start += WAVE) {
    const wave = ordered.slice(start, start + WAVE);
    // A pause holds from the next wave on; what it keeps back is decided anew, with the reason.
    const { free, paused } = await withoutPaused(deps, pauses, wave);
    for (const { lead } of paused) {
      unused.push(lead.record);
      end(lead, { again: 1 });
    }
    const turns = await takeTurnsFor(deps, free);
    for (const lead of turns.unasked) {
      unused.push(lead.record);
      end(lead, { again: UNASKED_SECONDS });
    }
    for (const { lead, until } of turns.waiting) {
      unused.push(lead.record);
      waiting.push(...untilTurn(lead, until, leaseMs));
      const ms = until - deps.now();
      if (ms > NEAR_TURN_MS) end(lead, 'known later');
      else ends.push({ id: lead.record.id, end: 'retry', delaySeconds: Math.max(1, Math.ceil(ms / 1000)) });
    }
    const prepared = await Promise.all(turns.going.map((one) => prepare(one, deps)));
    if (prepared.length === 0) continue;
    const now = deps.now();
    const claimables = prepared.map(claimable);
    const links = prepared.map(({ link }) => link);
    const earlier = openStatements;
    const { claimed } = await retrying(() =>
      db.batch({
        claimed: claimWave(claimables, claim, now, deps.config),
        links: writeClaimedLinks(links, claim),
        ...earlier,
      }),
    );
    const won = new Set(claimed.map(({ id }) => id));

    const lost = prepared.filter(({ id }) => !won.has(id));
    const taken = await claimedElsewhere(db, lost, claim);
    for (const { record, lead } of lost) {
      // Claimed by another consumer, with the window; otherwise lost to an opt-out or a read, and decided again
      // soon.
      if (taken.has(record.id)) end(lead, { again: null });
      else {
        unused.push(record);
        end(lead, { again: 1 });
      }
    }
    const outcomes = await inParallel(
      prepared.filter(({ id }) => won.has(id)),
      async (text) => {
        const outcome: Outcome = stopped
          ? { kind: 'retry', code: 'account', retryAfterSeconds: deps.config.CLAIM_LEASE_SECONDS }
          : await sendWithinLease(now, text, deps);
        if (outcome.kind === 'operator') stopped = true;
        return { text, outcome };
      },
    );
    await slowSenders(deps, outcomes);
    const rows: Finished[] = [];
    for (const { text, outcome } of outcomes) {
      await handleFailure(deps, text, outcome);
      const row = finishedRow(text.record, outcome, { now: deps.now(), leaseMs });
      if (row) rows.push(row);
      if (row && row.status !== 'sent') unused.push(text.record);
      const again = row?.until && (outcome.kind === 'retry' || outcome.kind === 'late') ? row.until : null;
      const delaySeconds = again === null ? 0 : Math.max(1, Math.ceil((again - deps.now()) / 1000));
      if (row === null) end(text.lead, 'known later');
      else if (row.status === 'sent') end(text.lead, 'sent');
      else end(text.lead, { again: again === null ? null : delaySeconds });
      if (row?.status === 'sent')
        deps.log.info('delivery.sent', { deliveryId: text.id, familyId: text.record.familyId });
    }
    const leads = rows.filter(({ status }) => status === 'sent').map(({ id }) => id);
    await mergeMany(
      db,
      outcomes.flatMap(({ text }) => (leads.includes(text.id) ? [text] : [])),
      claim,
    );
    openStatements =
      rows.length > 0 ? { finished: finishWave(rows, claim, deps.now()), merged: mergeInto(leads) } : {};
  }

  if (stopped) {
    // No text can be sent: rows that are not claimed yet wait, and the sweep retries them.
    const handled = new Set(ends.map(({ id }) => id));
    for (const lead of admitted.filter(({ record }) => !handled.has(record.id))) {
      unused.push(lead.record);
      end(lead, 'known later');
    }
  }
  if (waiting.length > 0) openStatements.waiting = writeVerdicts(waiting);
  if (Object.keys(openStatements).length > 0) await retrying(() => db.batch(openStatements));
  return { ends, unused };
}

/** Slows the senders that the carrier has found too fast: once a wave, however many texts it refused. */
async function slowSenders(deps: Deps, outcomes: { text: Prepared; outcome: Outcome }[]): Promise<void> {
  const refused = outcomes.flatMap(({ text, outcome }) =>
    'pausesSender' in outcome && outcome.pausesSender
      ? [{ record: text.record, seconds: outcome.retryAfterSeconds ?? null }]
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

/** The validity period: no longer than the notification's expiry. */
function validitySeconds(record: DeliveryRecord, { config, now }: Deps): number {
  const left = config.SMS_EXPIRY_SECONDS - (now() - record.facts.createdAt) / 1000;
  return Math.min(14_400, Math.max(60, left));
}
