import type { Db } from '../../db/client.ts';
import { excluded } from '../../db/expressions.ts';
import { q } from '../../db/query.ts';
import { heartbeats } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import { askStores } from '../../platform/ask-stores.ts';
import { within } from '../../platform/concurrency.ts';
import type { Deps } from '../../platform/deps.ts';
import { iso } from '../../platform/http/validation.ts';
import { newId } from '../../platform/ids.ts';
import { errorFields } from '../../platform/log.ts';
import { DAY_MS, HOUR_MS } from '../../platform/time.ts';
import { ends } from './retention-ends.ts';
import {
  endLog,
  endOldMessages,
  eraseMore,
  eraseNumbers,
  logPosition,
  nextOfLog,
} from './retention-rounds.ts';

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

/** Max. time for a store's first answer, and for all of its answers. */
const FIRST_ANSWER_MS = 5000;
const LONGEST_MS = 30_000;

/** A store of D1 holds 10 GB (developers.cloudflare.com/d1/platform/limits); operators hear of it at 70 %. */
const FILLING_BYTES = 7_000_000_000;

/** How long counters and the like are kept, ms; docs/privacy.md lists them. */
const KEPT = {
  counts: 400 * DAY_MS,
  tries: 2 * DAY_MS,
  opens: 400 * DAY_MS,
  moves: 90 * DAY_MS,
} as const;

/** Takes what has ended out of a store: one round trip where nothing is old enough. */
async function endInStore(deps: Deps, db: Db): Promise<void> {
  const now = deps.now();
  const { KEEP_NUMBERS_DAYS, KEEP_LOG_DAYS, KEEP_MESSAGES_DAYS } = deps.config;
  const numbersBefore = now - KEEP_NUMBERS_DAYS * DAY_MS;
  const logBefore = now - KEEP_LOG_DAYS * DAY_MS;
  const upTo = newId('dlv', Math.max(0, logBefore)).slice(0, 14);
  const first = {
    erased: eraseNumbers({ before: numbersBefore }),
    position: logPosition({}),
    next: nextOfLog({ upTo }),
    links: ends.links({ before: now - KEPT_MS.link }),
    sessions: ends.sessions({ before: now - KEPT_MS.session }),
    replies: ends.replies({ before: now - KEPT_MS.heldReply }),
    counts: ends.counts({ before: now - KEPT.counts }),
    times: ends.times({ before: now - KEPT.counts }),
    tries: ends.tries({ before: now - KEPT.tries }),
    fences: ends.fences({ before: now - KEPT.moves }),
  };
  const { erased, position, next } = await within(FIRST_ANSWER_MS, db.batch(first));
  if ((erased.meta.size_after ?? 0) > FILLING_BYTES) {
    await deps.alert(
      'database_filling',
      'A database holds more than 70 % of the 10 GB that it may: add databases, or keep less (KEEP_LOG_DAYS, KEEP_MESSAGES_DAYS).',
    );
  }
  await eraseMore(db, numbersBefore, erased.meta.changes);
  await endLog(db, logBefore, upTo, { position, next });
  if (KEEP_MESSAGES_DAYS > 0) await endOldMessages(db, now - KEEP_MESSAGES_DAYS * DAY_MS);
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
    await askStores(deps, 'retention', (db) => endInStore(deps, db), { limitMs: LONGEST_MS });
    await endInDirectory(deps, begun);
  } catch (error) {
    deps.log.warn('retention.failed', errorFields(error));
  }
}
