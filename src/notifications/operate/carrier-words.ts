import { and, asc, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { eq, gt, gte, lt, lte } from '../../db/comparisons.ts';
import { allOf, coalesce, excluded, inList, jsonTable, nonNull, scalar } from '../../db/expressions.ts';
import { insertFrom } from '../../db/insert-from.ts';
import { q } from '../../db/query.ts';
import { retentionRounds, smsDeliveryLog, wordsLeft } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import type { StoreName } from '../../db/stores/slots.ts';
import { inParallel } from '../../platform/concurrency.ts';
import type { Deps } from '../../platform/deps.ts';
import { newId } from '../../platform/ids.ts';
import { errorFields } from '../../platform/log.ts';
import type { RedactOutcome } from '../../platform/sms/twilio.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../platform/time.ts';

const log = smsDeliveryLog;

/** How long the carrier keeps the words of a text, ms: as long as somebody may look one up. `/privacy` tells it. */
export const WORDS_KEPT_MS = DAY_MS;
/** Deliveries that one round goes through, and texts of earlier rounds that it tries again. */
const PAGE = 100;
const AGAIN = 20;
/** No request is begun later than this in a round. */
const ROUND_MS = 20 * SECOND_MS;
/** Max. tries to have a text emptied; the last one is about a week after the first. */
const MOST_TRIES = 8;
/** After this many texts without an answer the round ends. */
const UNREACHED = 3;

const position = q
  .select({ position: retentionRounds.position })
  .from(retentionRounds)
  .where(eq(retentionRounds.name, 'words'));

/** Statement: the round's next page of deliveries. Ids sort by time. @param upTo the first id that is not old enough */
const nextPage = hot<{ upTo: string }>()(({ upTo }) =>
  q
    .select({
      id: log.id,
      status: log.status,
      wakeAt: log.wakeAt,
      providerSid: log.providerSid,
      endedSids: log.endedSids,
    })
    .from(log)
    .where(and(gt(log.id, coalesce<string>(scalar<string>(position), '')), lt(log.id, upTo)))
    .orderBy(asc(log.id))
    .limit(PAGE),
);

/** Statement: texts that were not emptied at an earlier try. */
const leftOver = hot<{ now: number }>()(({ now }) =>
  q
    .select({ sid: wordsLeft.sid, attempts: wordsLeft.attempts })
    .from(wordsLeft)
    .where(lte(wordsLeft.nextAt, now))
    .orderBy(asc(wordsLeft.nextAt))
    .limit(AGAIN),
);

/**
 * Statement: keeps the SIDs of young texts whose deliveries the same batch deletes, so that their words are emptied all the
 * same. Older ones have been by then. @param condition which deliveries
 */
export const keepWordsToEmpty = (condition: SQL, now: number) =>
  insertFrom(
    wordsLeft,
    { sid: nonNull(log.providerSid), attempts: 0, nextAt: now + WORDS_KEPT_MS },
    sql`from ${log} where ${allOf(condition, isNotNull(log.providerSid), gte(log.createdAt, now - 2 * WORDS_KEPT_MS))}`,
  ).onConflictDoNothing();

type Row = { status: string; wakeAt: number | null; providerSid: string | null; endedSids: string | null };

const OPEN = ['pending', 'deferred', 'sending'];
const isOpen = ({ status, wakeAt }: Row) => OPEN.includes(status) || wakeAt !== null;

/** The SIDs of all texts of a delivery. */
const sidsOf = ({ providerSid, endedSids }: Row): string[] => [
  ...(endedSids?.split(' ').filter((sid) => sid !== '') ?? []),
  ...(providerSid === null ? [] : [providerSid]),
];

/** Statements that keep what came of the tries. */
function settled(tried: readonly { sid: string; attempts: number; outcome: RedactOutcome }[], now: number) {
  const done = tried.filter(({ outcome, attempts }) => outcome === 'done' || attempts >= MOST_TRIES);
  const rows = tried
    .filter(({ outcome, attempts }) => outcome !== 'done' && attempts < MOST_TRIES)
    .map(({ sid, attempts }) => ({ sid, attempts, nextAt: now + Math.min(DAY_MS, HOUR_MS * 2 ** attempts) }));
  const again = jsonTable('again', rows, ['sid', 'attempts', 'nextAt']);
  return {
    done: q.delete(wordsLeft).where(
      inList(
        wordsLeft.sid,
        done.map(({ sid }) => sid),
      ),
    ),
    again: insertFrom(
      wordsLeft,
      { sid: again.sid, attempts: again.attempts, nextAt: again.nextAt },
      sql`from ${again} where true`,
    ).onConflictDoUpdate({
      target: wordsLeft.sid,
      set: { attempts: excluded(wordsLeft.attempts), nextAt: excluded(wordsLeft.nextAt) },
    }),
  };
}

async function emptyPage(deps: Deps, db: Db): Promise<void> {
  const now = deps.now();
  const upTo = newId('dlv', now - WORDS_KEPT_MS).slice(0, 14);
  const { page, left } = await db.batch({ page: nextPage({ upTo }), left: leftOver({ now }) });
  const firstOpen = page.findIndex(isOpen);
  const ended = firstOpen === -1 ? page : page.slice(0, firstOpen);
  const asked = [
    ...left.map(({ sid, attempts }) => ({ sid, attempts: attempts + 1, isLeft: true })),
    ...ended.flatMap(sidsOf).map((sid) => ({ sid, attempts: 1, isLeft: false })),
  ];
  const until = Date.now() + ROUND_MS;
  let unreached = 0;
  const tried = await inParallel(asked, async (text) => {
    if (unreached >= UNREACHED || Date.now() > until) return null;
    const outcome = await deps.sms.redact(text.sid);
    unreached = outcome === 'unreached' ? unreached + 1 : 0;
    return { ...text, outcome };
  });
  const answered = tried.filter((each) => each !== null);
  if (ended.length === 0 && answered.length === 0) return;
  const last = ended.at(-1)?.id;
  // What was not asked for stays for the next round, with all that came with it: emptying twice does no harm.
  const isWhole = answered.length === asked.length && last !== undefined;
  const kept = answered.filter(({ isLeft, outcome }) => isWhole || isLeft || outcome === 'done');
  await db.batch({
    ...settled(kept, now),
    round:
      isWhole &&
      q
        .insert(retentionRounds)
        .values({ name: 'words', position: last })
        .onConflictDoUpdate({
          target: retentionRounds.name,
          set: { position: excluded(retentionRounds.position) },
        }),
  });
  const refused = answered.filter(({ outcome }) => outcome !== 'done').length;
  if (refused > 0) deps.log.warn('words.not_emptied', { asked: answered.length, refused });
}

/**
 * Has the carrier empty the words of texts that ended and are a day old, a page of a store's deliveries at a time. One that
 * it will not empty is asked for again later, and holds up no other. Never throws.
 */
export async function emptyCarrierWords(deps: Deps, store: StoreName): Promise<void> {
  try {
    await emptyPage(deps, deps.db.at(store));
  } catch (error) {
    deps.log.warn('words.round_failed', { store, ...errorFields(error) });
  }
}
