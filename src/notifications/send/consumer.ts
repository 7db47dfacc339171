import { takeQueuedOptOut } from '../../consent/record-keyword.ts';
import { applyBeforeTexting, selectPeopleOwed } from '../../consent/updates/relay.ts';
import type { Db } from '../../db/client.ts';
import { retrying } from '../../db/retry.ts';
import { isFenced } from '../../db/stores/fence-message.ts';
import type { StoreName } from '../../db/stores/slots.ts';
import { within } from '../../platform/deadline.ts';
import type { Deps } from '../../platform/deps.ts';
import type { Admission } from '../../platform/family/family-rpc.ts';
import { inParallel } from '../../platform/in-parallel.ts';
import { type DeliveryJob, deliveryJob, type OptOutJob, optOutJob } from '../../platform/jobs.ts';
import { errorFields } from '../../platform/log.ts';
import { selectPauses } from '../../platform/pauses.ts';
import { writeVerdicts } from '../deliveries/outbox.ts';
import { sortAdmissions } from './admissions.ts';
import { type CoverageRead, loadCovered } from './covered.ts';
import { type DeliveryRecord, loadFacts } from './facts.ts';
import { fold, type Lead, postponed } from './fold.ts';
import { reconcile } from './look-up.ts';
import { type PauseReader, pauseReader, withoutPaused } from './paused.ts';
import { policySettings } from './policy.ts';
import { type JobResult, sendInWaves } from './wave.ts';

/** Delay of jobs whose Family object cannot be reached: without its verdict no text is sent. */
const OBJECT_PAUSE_SECONDS = 5;

/** How long a family's object may take: one that hangs holds up only its own family's texts. */
const OBJECT_DEADLINE_MS = 3000;

/** Asks each family's object for verdicts; jobs of a family whose object fails, or does not answer, are retried. */
async function admit(deps: Deps, leads: readonly Lead[], ends: JobResult[]): Promise<Admission[]> {
  const byFamily = Map.groupBy(leads, ({ record }) => record.familyId);
  const answers = await Promise.all(
    [...byFamily].map(async ([familyId, group]) => {
      try {
        const candidates = group.map(({ record: { id, userId, threadId, facts } }) => ({
          deliveryId: id,
          userId,
          threadId,
          urgent: facts.urgent,
          kind: facts.kind,
          facts,
        }));
        return await within(OBJECT_DEADLINE_MS, deps.family(familyId).admit(candidates));
      } catch (error) {
        deps.log.error('family.not_asked', { familyId, ...errorFields(error) });
        for (const { record, companions } of group)
          for (const { id } of [record, ...companions])
            ends.push({ id, end: 'retry', delaySeconds: OBJECT_PAUSE_SECONDS });
        return [];
      }
    }),
  );
  return answers.flat();
}

/**
 * Releases the windows of texts that were not sent. A failure is logged: the next text then waits a little
 * longer.
 */
async function releaseWindows(deps: Deps, unused: DeliveryRecord[]): Promise<void> {
  const byFamily = Map.groupBy(unused, ({ familyId }) => familyId);
  for (const [familyId, records] of byFamily) {
    try {
      await deps.family(familyId).release(records.map(({ id }) => id));
    } catch (error) {
      deps.log.warn('family.not_released', { familyId, ...errorFields(error) });
    }
  }
}

/**
 * Loads the facts of a batch. People whose rows have not followed the directory yet, such as after a STOP whose
 * process died, are brought up to date first; jobs of those for whom that fails are retried.
 * @throws when a database fails
 */
async function loadSettled(
  deps: Deps,
  db: Db,
  jobs: DeliveryJob[],
  ends: JobResult[],
): Promise<{ records: DeliveryRecord[]; coverage: CoverageRead | null; pauses: PauseReader }> {
  const ids = [...new Set(jobs.map(({ deliveryId }) => deliveryId))];
  const families = [...new Set(jobs.map(({ familyId }) => familyId))];
  const [loaded, directory] = await Promise.all([
    within(
      FACTS_MS,
      retrying(() => loadFacts(db, ids, deps)),
    ),
    retrying(() =>
      deps.db.directory.batch({ owed: selectPeopleOwed(families), paused: selectPauses(deps.now()) }),
    ),
  ]);
  const owed = new Set(directory.owed.map(({ userId }) => userId));
  const pauses = pauseReader(deps, directory.paused);
  const texted = new Set(loaded.records.map(({ userId }) => userId));
  const behind = [...owed].filter((userId) => texted.has(userId));
  if (behind.length === 0) return { ...loaded, pauses };
  const failed = await applyBeforeTexting(deps, behind);
  const settled = await retrying(() => loadFacts(db, ids, deps));
  for (const { id } of settled.records.filter(({ userId }) => failed.has(userId)))
    ends.push({ id, end: 'retry', delaySeconds: OBJECT_PAUSE_SECONDS });
  const records = settled.records.filter(({ userId }) => !failed.has(userId));
  return { records, coverage: settled.coverage, pauses };
}

/**
 * Handles the jobs of one database: facts in one query, then verdicts, claims, sends and look-ups.
 * @throws when the database fails
 */
async function consumeOn(deps: Deps, db: Db, jobs: DeliveryJob[]): Promise<JobResult[]> {
  const ends: JobResult[] = [];
  const now = deps.now();
  const { records: loaded, coverage, pauses } = await loadSettled(deps, db, jobs, ends);
  const due = loaded.filter(({ dueAt }) => dueAt === null || dueAt <= now);
  const settings = policySettings(deps.config);
  const terms = { ...settings, leaseMs: deps.config.CLAIM_LEASE_SECONDS * 1000 };
  const { leads, ruledOut } = fold(
    due.filter(({ status }) => status === 'pending'),
    settings,
    now,
  );
  const { free, paused } = await withoutPaused(deps, pauses, leads);
  const byId = new Map(free.map((lead) => [lead.record.id, lead]));
  const [covered, admissions] = await Promise.all([
    loadCovered(
      db,
      free.map(({ record }) => record),
      coverage,
    ),
    admit(deps, free, ends),
  ]);
  const { admitted, heldBack } = sortAdmissions(byId, admissions);
  const verdicts = [
    ...ruledOut,
    ...[...paused, ...heldBack].flatMap(({ lead, verdict }) => postponed(lead, verdict, terms, now)),
  ];
  const telling = admitted.flatMap((lead) => {
    const tells = covered.get(lead.record.id);
    return tells ? [{ ...lead, covered: tells }] : [];
  });
  if (telling.length > 0) {
    const sent = await sendInWaves(deps, db, telling, verdicts, pauses);
    ends.push(...sent.ends);
    await releaseWindows(deps, sent.unused);
  } else if (verdicts.length > 0) {
    await retrying(() => db.run(writeVerdicts(verdicts)));
  }
  // Who has left the thread meanwhile is decided about again.
  for (const { record } of admitted.filter(({ record }) => !covered.has(record.id)))
    ends.push({ id: record.id, end: 'retry', delaySeconds: 1 });
  // Admitted before, never sent, and now ruled out: their windows are released.
  const held = new Set(verdicts.map(({ id }) => id));
  await releaseWindows(
    deps,
    due.filter(({ id, attempts }) => attempts > 0 && held.has(id)),
  );
  // Last, because it takes long when the carrier does not answer.
  const doubtful = due.filter(({ status }) => status === 'sending');
  ends.push(...(await reconcile(deps, db, doubtful)));
  return ends;
}

/** A store whose rows do not answer for so long is left: its jobs come again, and those of the others go on. */
const FACTS_MS = 5000;
/** Delay of jobs whose store does not answer, or whose family is being moved. */
const STORE_PAUSE_SECONDS = 5;

/**
 * Handles the jobs of one store; those of a store that fails are retried. Where a fence of one family has stopped the
 * statements of all, each family is handled by itself. Never throws.
 */
async function consumeStore(
  deps: Deps,
  store: StoreName,
  jobs: readonly DeliveryJob[],
): Promise<JobResult[]> {
  try {
    return await consumeOn(deps, deps.db.at(store), [...jobs]);
  } catch (error) {
    const families = Map.groupBy(jobs, ({ familyId }) => familyId);
    if (isFenced(error) && families.size > 1) {
      const ends = await inParallel([...families.values()], (group) => consumeStore(deps, store, group));
      return ends.flat();
    }
    if (isFenced(error)) await deps.db.refreshMap().catch(() => undefined); // Else it grows old by itself.
    deps.log.error('store.not_consumed', { store, jobs: jobs.length, ...errorFields(error) });
    return jobs.map(({ deliveryId }) => ({
      id: deliveryId,
      end: 'retry',
      delaySeconds: STORE_PAUSE_SECONDS,
    }));
  }
}

/**
 * Handles a batch of jobs, each store's by themselves. Each job has its own result; jobs without one are done.
 * @throws when the map of stores cannot be read: then nothing was acknowledged, and the queue delivers the rest again
 */
async function consumeJobs(deps: Deps, jobs: DeliveryJob[]): Promise<JobResult[]> {
  const located = await Promise.all(
    jobs.map(async (job) => ({ ...job, store: await deps.db.storeOf(job.familyId) })),
  );
  const byStore = Map.groupBy(located, ({ store }) => store);
  const ends = await Promise.all([...byStore].map(([store, group]) => consumeStore(deps, store, group)));
  return ends.flat();
}

/** Max. delay of a queue message; the sweep takes up what waits longer. */
const MAX_DELAY_SECONDS = 300;
/**
 * Max. attempts of a job by the queue; then it is left to the sweep, so that a busy carrier does not fill the
 * dead-letter queue.
 */
const TRIES = 3;

/** Applies an opt-out that the directory could not take when it came, before anybody is texted. */
async function takeOptOut(deps: Deps, message: Message<unknown>, job: OptOutJob): Promise<void> {
  try {
    await takeQueuedOptOut(deps, job);
    message.ack();
  } catch (error) {
    deps.log.error('inbound.opt_out_not_kept', { messageSid: job.messageSid, ...errorFields(error) });
    message.retry({ delaySeconds: 2 });
  }
}

/** The queue's consumer: acknowledges or retries each message by itself. Never throws. */
export async function consumeBatch(deps: Deps, batch: MessageBatch<unknown>): Promise<void> {
  const jobs = new Map<Message<unknown>, DeliveryJob>();
  for (const message of batch.messages) {
    const optOut = optOutJob.safeParse(message.body);
    const parsed = deliveryJob.safeParse(message.body);
    if (optOut.success) await takeOptOut(deps, message, optOut.data);
    else if (parsed.success) jobs.set(message, parsed.data);
    else {
      deps.log.error('job.malformed', { messageId: message.id });
      message.ack(); // Unreadable for good; the sweep finds the row it was for.
    }
  }
  if (jobs.size === 0) return;
  try {
    const ends = new Map((await consumeJobs(deps, [...jobs.values()])).map((end) => [end.id, end]));
    for (const [message, { deliveryId }] of jobs) {
      const end = ends.get(deliveryId);
      if (end?.end !== 'retry' || message.attempts >= TRIES) message.ack();
      else message.retry({ delaySeconds: Math.min(MAX_DELAY_SECONDS, end.delaySeconds) });
    }
  } catch (error) {
    deps.log.error('batch.failed', { jobs: jobs.size, ...errorFields(error) });
    for (const message of jobs.keys()) message.retry({ delaySeconds: 2 ** Math.min(8, message.attempts) });
  }
}
