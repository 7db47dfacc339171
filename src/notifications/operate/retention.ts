import {
  and,
  asc,
  eq,
  exists,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  notExists,
  notInArray,
  or,
} from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { deletePage } from '../../db/delete-page.ts';
import { allOf, coalesce, excluded, inList, scalar } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import {
  alerts,
  auditLog,
  carrierTries,
  deadLetters,
  deliveryCounts,
  families,
  fences,
  heartbeats,
  heldReplies,
  hostPresence,
  inboundTexts,
  linkOpens,
  links,
  messages,
  moves,
  pauses,
  rateCounters,
  retentionRounds,
  sendingTimes,
  sessions,
  smsDeliveryLog,
  verificationCodes,
} from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import { askStores } from '../../platform/ask-stores.ts';
import type { Deps } from '../../platform/deps.ts';
import { iso } from '../../platform/http/validation.ts';
import { newId } from '../../platform/ids.ts';
import { errorFields } from '../../platform/log.ts';
import { DAY_MS, HOUR_MS } from '../../platform/time.ts';
import { deliveryAs } from '../deliveries/coverage.ts';
import type { Status } from '../deliveries/delivery-status.ts';

const log = smsDeliveryLog;

/** How long rows are kept that are of no use any more, in milliseconds; `/privacy` tells it. */
export const KEPT_MS = {
  /** A code, after it has expired. */
  code: DAY_MS,
  /** A link and a session, after they have expired. */
  link: 30 * DAY_MS,
  session: 30 * DAY_MS,
  /** What an inbound text was read as, where it had no effect. */
  inboundText: 30 * DAY_MS,
  /** A text that waits for its author to say where it belongs. */
  heldReply: DAY_MS,
} as const;

/** Rows that one statement goes through, and the statements of one sweep: what was neglected for long is caught up by and by. */
const PAGE = 500;
const PAGES = 8;
/** Families whose messages one round looks at. */
const FAMILIES = 50;

/** A store of D1 holds 10 GB (developers.cloudflare.com/d1/platform/limits); operators hear of it at 70 %. */
const FILLING_BYTES = 7_000_000_000;

/** How long counters and the like are kept, ms; docs/privacy.md lists them. */
const KEPT = {
  counts: 400 * DAY_MS,
  tries: 2 * DAY_MS,
  opens: 400 * DAY_MS,
  moves: 90 * DAY_MS,
} as const;

/** It has ended, and is not to be tried again. */
const isOver = allOf(notInArray(log.status, ['pending', 'deferred', 'sending']), isNull(log.wakeAt));
const endedAt = coalesce<number>(log.deliveredAt, log.sentAt, log.createdAt);

/** Statement: erases a page of the numbers of deliveries that ended before, in ms. */
const eraseNumbers = hot<{ before: number }>()(({ before }) => {
  const ended = q
    .select({ id: log.id })
    .from(log)
    .where(allOf(isNotNull(log.phone), lte(log.createdAt, before), lte(endedAt, before), isOver))
    .orderBy(asc(log.createdAt))
    .limit(PAGE);
  return q.update(log).set({ phone: null }).where(inArray(log.id, ended));
});

const TOLD: Status[] = ['sent', 'delivered', 'merged'];

/** Statement: deletes those of some deliveries that are not needed: the last that told a person of a thread says up to where. */
function deleteDeliveries(ids: readonly string[], before: number) {
  const newer = deliveryAs('newer');
  const isSurpassed = exists(
    q
      .select({ id: newer.id })
      .from(newer)
      .where(
        and(
          eq(newer.userId, log.userId),
          eq(newer.threadId, log.threadId),
          inArray(newer.status, TOLD),
          gt(newer.seq, log.seq),
        ),
      ),
  );
  return q
    .delete(log)
    .where(
      allOf(
        inList(log.id, ids),
        lte(log.createdAt, before),
        isOver,
        or(isNull(log.seq), notInArray(log.status, TOLD), isSurpassed),
      ),
    );
}

/** Statement: a round has come so far; an empty position begins it again. */
const moveOn = (name: 'log' | 'messages', position: string) =>
  q
    .insert(retentionRounds)
    .values({ name, position })
    .onConflictDoUpdate({
      target: retentionRounds.name,
      set: { position: excluded(retentionRounds.position) },
    });

const positionOf = (name: 'log' | 'messages') =>
  q
    .select({ position: retentionRounds.position })
    .from(retentionRounds)
    .where(eq(retentionRounds.name, name));

const positionInLog = positionOf('log');

/** Statement: how far the round through old deliveries has come. */
const logPosition = hot<Record<never, never>>()(() => positionInLog);

/** Statement: the round's next page of deliveries. Ids sort by time. `upTo`: the first id that is not old. */
const nextOfLog = hot<{ upTo: string }>()(({ upTo }) =>
  q
    .select({ id: log.id })
    .from(log)
    .where(allOf(gt(log.id, coalesce<string>(scalar<string>(positionInLog), '')), lt(log.id, upTo)))
    .orderBy(asc(log.id))
    .limit(PAGE),
);

/** A page of old deliveries, and where the round stood before it. */
interface LogPage {
  next: readonly { id: string }[];
  position: readonly { position: string }[];
}

/** Goes on through old deliveries, page by page, from the first that was read. */
async function endLog(db: Db, before: number, upTo: string, first: LogPage): Promise<void> {
  for (let read = first, pages = 1; ; pages++) {
    const ids = read.next.map(({ id }) => id);
    const isLast = ids.length < PAGE;
    if (ids.length === 0 && (read.position[0]?.position ?? '') === '') return;
    await db.batch({
      ended: deleteDeliveries(ids, before),
      round: moveOn('log', isLast ? '' : ids.at(-1)!),
    });
    if (isLast || pages === PAGES) return;
    read = await db.batch({ position: logPosition({}), next: nextOfLog({ upTo }) });
  }
}

/** Goes through families, and deletes old messages; a thread keeps its count of them, and places are not given anew. */
async function endMessages(db: Db, before: number): Promise<void> {
  const from = (await db.first(positionOf('messages')))?.position ?? '';
  const page = await db.all(
    q
      .select({ id: families.id })
      .from(families)
      .where(gt(families.id, from))
      .orderBy(asc(families.id))
      .limit(FAMILIES),
  );
  const ids = page.map(({ id }) => id);
  const rows = await db.all(
    q
      .select({ id: messages.id })
      .from(messages)
      .where(
        allOf(
          inList(messages.familyId, ids),
          lte(messages.createdAt, before),
          notExists(
            q
              .select({ id: log.id })
              .from(log)
              .where(
                and(eq(log.messageId, messages.id), inArray(log.status, ['pending', 'deferred', 'sending'])),
              ),
          ),
        ),
      )
      .limit(PAGE),
  );
  const old = rows.map(({ id }) => id);
  await db.batch({
    unnamed: q.update(log).set({ messageId: null }).where(inList(log.messageId, old)),
    ended: q.delete(messages).where(inList(messages.id, old)),
    // Families with more of them are looked at again.
    round: old.length < PAGE && moveOn('messages', ids.length < FAMILIES ? '' : ids.at(-1)!),
  });
}

/** Statements that end what is old: of a store, and of the directory. */
const ends = {
  links: deletePage(links, (before) => lte(links.expiresAt, before)),
  sessions: deletePage(sessions, (before) => lte(sessions.expiresAt, before)),
  replies: deletePage(heldReplies, (before) => lte(heldReplies.receivedAt, before)),
  counts: deletePage(deliveryCounts, (before) => lte(deliveryCounts.hourAt, before)),
  times: deletePage(sendingTimes, (before) => lte(sendingTimes.hourAt, before)),
  tries: deletePage(carrierTries, (before) => lte(carrierTries.minuteAt, before)),

  counters: deletePage(rateCounters, (before) => lte(rateCounters.expiresAt, before)),
  codes: deletePage(verificationCodes, (before) => lte(verificationCodes.expiresAt, before)),
  // Twilio's signature has no date: a replayed START would count again if its SID were deleted.
  texts: deletePage(inboundTexts, (before) =>
    allOf(inArray(inboundTexts.keyword, ['none', 'help']), lte(inboundTexts.receivedAt, before)),
  ),
  alerts: deletePage(alerts, (before) => lte(alerts.lastAt, before)),
  acts: deletePage(auditLog, (before) => lte(auditLog.at, before)),
  letters: deletePage(deadLetters, (before) =>
    allOf(isNotNull(deadLetters.resolvedAt), lte(deadLetters.resolvedAt, before)),
  ),
  opens: deletePage<string>(linkOpens, (before) => lt(linkOpens.day, before)),
  // As long as a driver of their move could still come back; what has moved away has left no row.
  fences: deletePage(fences, (before) =>
    allOf(
      lte(fences.since, before),
      or(
        eq(fences.state, 'open'),
        and(
          eq(fences.state, 'moved'),
          notExists(q.select({ id: families.id }).from(families).where(eq(families.id, fences.familyId))),
        ),
      )!,
    ),
  ),
  moves: deletePage(moves, (before) => allOf(isNull(moves.wakeAt), lte(moves.startedAt, before))),
  pauses: deletePage(pauses, (before) => lte(pauses.until, before)),
  presence: deletePage(hostPresence, (before) => lte(hostPresence.until, before)),
};

/** Takes what has ended out of a store: one round trip where nothing is old enough. */
async function endInStore(deps: Deps, db: Db): Promise<void> {
  const now = deps.now();
  const { KEEP_NUMBERS_DAYS, KEEP_LOG_DAYS, KEEP_MESSAGES_DAYS } = deps.config;
  const numbers = () => eraseNumbers({ before: now - KEEP_NUMBERS_DAYS * DAY_MS });
  const logBefore = now - KEEP_LOG_DAYS * DAY_MS;
  const upTo = newId('dlv', Math.max(0, logBefore)).slice(0, 14);
  const { erased, position, next } = await db.batch({
    erased: numbers(),
    position: logPosition({}),
    next: nextOfLog({ upTo }),
    links: ends.links({ before: now - KEPT_MS.link }),
    sessions: ends.sessions({ before: now - KEPT_MS.session }),
    replies: ends.replies({ before: now - KEPT_MS.heldReply }),
    counts: ends.counts({ before: now - KEPT.counts }),
    times: ends.times({ before: now - KEPT.counts }),
    tries: ends.tries({ before: now - KEPT.tries }),
    fences: ends.fences({ before: now - KEPT.moves }),
  });
  if ((erased.meta.size_after ?? 0) > FILLING_BYTES) {
    await deps.alert(
      'database_filling',
      'A database holds more than 70 % of the 10 GB that it may: add databases, or keep less (KEEP_LOG_DAYS, KEEP_MESSAGES_DAYS).',
    );
  }
  for (let last = erased, page = 1; last.meta.changes >= PAGE && page < PAGES; page++) {
    last = await db.run(numbers());
  }
  await endLog(db, logBefore, upTo, { position, next });
  if (KEEP_MESSAGES_DAYS > 0) await endMessages(db, now - KEEP_MESSAGES_DAYS * DAY_MS);
}

/** Statement: a sweep has come so far; `/ops` tells when one last did. In this batch so that it costs no round trip. */
const beat = hot<{ at: number; tookMs: number }>()(({ at, tookMs }) =>
  q
    .insert(heartbeats)
    .values({ name: 'sweep', at, tookMs })
    .onConflictDoUpdate({
      target: heartbeats.name,
      set: { at: excluded(heartbeats.at), tookMs: excluded(heartbeats.tookMs) },
    }),
);

function endInDirectory({ db, now: clock, config }: Deps, begun: number): Promise<unknown> {
  const now = clock();
  const logBefore = now - config.KEEP_LOG_DAYS * DAY_MS;
  return db.directory.batch({
    counters: ends.counters({ before: now }),
    codes: ends.codes({ before: now - KEPT_MS.code }),
    texts: ends.texts({ before: now - KEPT_MS.inboundText }),
    alerts: ends.alerts({ before: logBefore }),
    acts: ends.acts({ before: logBefore }),
    letters: ends.letters({ before: logBefore }),
    opens: ends.opens({ before: iso(now - KEPT.opens).slice(0, 10) }),
    moves: ends.moves({ before: now - KEPT.moves }),
    pauses: ends.pauses({ before: now - HOUR_MS }),
    presence: ends.presence({ before: now - HOUR_MS }),
    beat: beat({ at: now, tookMs: Date.now() - begun }),
  });
}

/**
 * Ends what was kept long enough, in each store by itself and in bounded work: some thousand rows a sweep. What fails is
 * logged and left to the next sweep. Never throws.
 * @param begun when the sweep began, ms
 */
export async function keepWithinRetention(deps: Deps, begun: number): Promise<void> {
  try {
    await askStores(deps, 'retention', (db) => endInStore(deps, db));
    await endInDirectory(deps, begun);
  } catch (error) {
    deps.log.warn('retention.failed', errorFields(error));
  }
}
