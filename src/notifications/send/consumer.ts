import { takeQueuedOptOut } from '../../consent/record-keyword.ts';
import { applyBeforeTexting, selectPeopleWithPendingUpdates } from '../../consent/updates/relay.ts';
import type { Db } from '../../db/client.ts';
import { retrying } from '../../db/retry.ts';
import { isFenced } from '../../db/stores/fences.ts';
import type { StoreName } from '../../db/stores/slots.ts';
import { DeadlineError, inParallel, within } from '../../platform/concurrency.ts';
import type { Deps } from '../../platform/deps.ts';
import { type DeliveryJob, deliveryJob, type OptOutJob, optOutJob } from '../../platform/jobs.ts';
import { errorFields } from '../../platform/log.ts';
import { selectPauses } from '../../platform/pauses.ts';
import { decideFamily, releaseWindows, retryOf, withCovered } from './ask-family.ts';
import { type CoverageRead, loadCovered } from './covered.ts';
import { type DeliveryRecord, loadFacts } from './facts.ts';
import { fold, postponed } from './fold.ts';
import { admittedInVain, firstTry, splitHandedOver } from './handed-over.ts';
import { enqueueAgain, type JobResult, MAX_DELAY_SECONDS } from './job-result.ts';
import { Lanes } from './lanes.ts';
import { reconcile } from './look-up.ts';
import { handOnMoved } from './moved-away.ts';
import { type PauseReader, pauseReader, withoutPaused } from './paused.ts';
import { policySettings } from './policy.ts';
import { type Arrival, Sending } from './sending.ts';

/**
 * Loads the facts of a batch. People whose rows have not followed the directory yet, such as after a STOP whose
 * process died, are brought up to date first; jobs of those for whom that fails are retried.
 * @throws when a database fails
 */
async function loadUpToDate(
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
      deps.db.directory.batch({
        pending: selectPeopleWithPendingUpdates({ familyIds: JSON.stringify(families) }),
        paused: selectPauses({ now: deps.now() }),
      }),
    ),
  ]);
  const pending = new Set(directory.pending.map(({ userId }) => userId));
  const pauses = pauseReader(deps, directory.paused);
  const texted = new Set(loaded.records.map(({ userId }) => userId));
  const behind = [...pending].filter((userId) => texted.has(userId));
  if (behind.length === 0) return { ...loaded, pauses };
  const failed = await applyBeforeTexting(deps, behind);
  const reloaded = await retrying(() => loadFacts(db, ids, deps));
  ends.push(...reloaded.records.filter(({ userId }) => failed.has(userId)).map((record) => retryOf(record)));
  const records = reloaded.records.filter(({ userId }) => !failed.has(userId));
  return { records, coverage: reloaded.coverage, pauses };
}

/** How long look-ups at the carrier may hold up the batch. */
const LOOK_UP_DEADLINE_MS = 1500;

/** Looks up claims in doubt, after everything else: a carrier that does not answer is waited for apart. */
async function lookUpDoubts(deps: Deps, db: Db, records: DeliveryRecord[]): Promise<JobResult[]> {
  const looked = reconcile(deps, db, records);
  try {
    return await within(LOOK_UP_DEADLINE_MS, looked);
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    deps.afterwards(looked.then((results) => enqueueAgain(deps, results)));
    return [];
  }
}

/**
 * Handles the jobs of one database: facts in one query, then verdicts, claims, sends and look-ups. A family whose object
 * is late joins the others; one that hangs is asked again later, by itself.
 * @throws when the database fails
 */
async function consumeOn(
  deps: Deps,
  store: StoreName,
  jobs: DeliveryJob[],
  lanes: Lanes,
): Promise<JobResult[]> {
  const db = deps.db.at(store);
  const ends: JobResult[] = [];
  const now = deps.now();
  const { records: loaded, coverage, pauses } = await loadUpToDate(deps, db, jobs, ends);
  const due = loaded.filter(({ dueAt }) => dueAt === null || dueAt <= now);
  const waiting = due.filter(({ status }) => status === 'pending');
  const settings = policySettings(deps.config);
  const terms = { ...settings, leaseMs: deps.config.CLAIM_LEASE_SECONDS * 1000 };
  const { leads, ruledOut } = fold(waiting, settings, now);
  const { free, paused } = await withoutPaused(deps, pauses, leads);
  const known = [...ruledOut, ...paused.flatMap(({ lead, verdict }) => postponed(lead, verdict, terms, now))];
  const { handed, open } = splitHandedOver(deps, free, jobs);
  // Before anybody is asked: what will not be sent closes no window for what may be.
  await releaseWindows(deps, db, { unclaimed: admittedInVain(jobs, loaded, free) });
  const covered = loadCovered(
    db,
    free.map(({ record }) => record),
    coverage,
  );
  const families = Map.groupBy(open, ({ record }) => record.familyId);
  const held = new Set<string>();
  const arrivals = [
    ...(known.length > 0 ? [Promise.resolve<Arrival>({ telling: [], verdicts: known })] : []),
    ...(handed.length > 0
      ? [covered.then((tells) => ({ telling: withCovered(handed, tells, ends), verdicts: [] }))]
      : []),
    ...[...families].map(([familyId, group]) =>
      decideFamily(deps, familyId, group, { covered, terms, now }, ends),
    ),
  ].map((arrival) =>
    arrival.then((each) => {
      for (const { id } of each.verdicts) held.add(id);
      return each;
    }),
  );
  const { ends: sent, refused, unclaimed, rest } = await new Sending(deps, db, pauses, lanes).run(arrivals);
  ends.push(...sent);
  // Admitted before, never sent, and now ruled out: their windows are released.
  const admitted = new Set(jobs.flatMap((job) => (job.admitted ? [job.deliveryId] : [])));
  const given = due
    .filter(({ id, attempts }) => held.has(id) && (attempts > 0 || admitted.has(id)))
    .map((record) => ({ record, admittedAt: now }));
  await releaseWindows(deps, db, { refused, unclaimed: [...unclaimed, ...given] });
  if (rest !== null) {
    deps.afterwards(
      rest.then(async (later) => {
        await releaseWindows(deps, db, later);
        await enqueueAgain(deps, later.ends);
      }),
    );
  }
  const doubtful = due.filter(({ status }) => status === 'sending');
  ends.push(...(await lookUpDoubts(deps, db, doubtful)));
  ends.push(...(await handOnMoved(deps, store, jobs, [...loaded, ...ends])));
  return ends;
}

/** Max. wait for the facts of a store; then its jobs are retried, while those of other stores go on. */
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
  lanes: Lanes,
): Promise<JobResult[]> {
  try {
    return await consumeOn(deps, store, [...jobs], lanes);
  } catch (error) {
    const families = Map.groupBy(jobs, ({ familyId }) => familyId);
    if (isFenced(error) && families.size > 1) {
      const ends = await inParallel([...families.values()], (group) =>
        consumeStore(deps, store, group, lanes),
      );
      return ends.flat();
    }
    if (isFenced(error)) {
      await deps.db.refreshMap().catch((cause: unknown) => {
        // The map grows old by itself; until then the jobs are retried against the store they were sent from.
        deps.log.warn('map.not_refreshed', { store, ...errorFields(cause) });
      });
    }
    deps.log.error('store.not_consumed', { store, jobs: jobs.length, ...errorFields(error) });
    return jobs.map(({ deliveryId, familyId }) => ({
      id: deliveryId,
      familyId,
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
  const lanes = new Lanes();
  const ends = await Promise.all(
    [...byStore].map(([store, group]) => consumeStore(deps, store, group, lanes)),
  );
  return ends.flat();
}

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
    else if (parsed.success) jobs.set(message, firstTry(message, parsed.data));
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
