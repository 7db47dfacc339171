import * as z from 'zod';
import { eq } from '../../db/comparisons.ts';
import { q } from '../../db/query.ts';
import { heartbeats } from '../../db/schema.ts';
import { hot } from '../../db/statement.ts';
import type { StoreName } from '../../db/stores/slots.ts';
import { agoWords } from '../../platform/clock-words.ts';
import { within } from '../../platform/concurrency.ts';
import type { Deps } from '../../platform/deps.ts';
import { namedSchema } from '../../platform/http/validation.ts';
import { errorFields } from '../../platform/log.ts';
import { MINUTE_MS, SECOND_MS } from '../../platform/time.ts';
import type { Stats } from './stats.ts';

/** A part that texts depend on: how it does, and what proves it. */
export const partSchema = namedSchema('PartState', () =>
  z.object({
    name: z.string(),
    state: z.enum(['good', 'slow', 'bad', 'off']),
    proof: z.string().describe('What was seen, in a sentence.'),
  }),
);

/** See {@link partSchema}. */
export type PartState = z.infer<ReturnType<typeof partSchema>>;

/** What answers later than this is slow; what does not answer within the other is down. */
const SLOW_MS = SECOND_MS;
const DOWN_MS = 5 * SECOND_MS;
/** The cron comes each minute. */
const CRON_LATE_MS = 3 * MINUTE_MS;
/** The sweep comes each minute; what has been overdue for longer it did not take up. */
const OVERDUE_MS = 2 * MINUTE_MS;
/** A store of D1 holds 10 GB; operators hear of it at 70 %. */
const FILLING_BYTES = 7_000_000_000;
/** No family has this id: the object that is asked whether objects answer. */
const PROBE_FAMILY = 'probe of operations';

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(bytes < 1e8 ? 3 : 1)} GB`;

/** How the carrier does, by its answers of the last hour. */
function carrierState({ troubles, tries, lastAcceptedAt }: Stats, now: number): PartState {
  const { five, sixty } = tries;
  const accepted =
    lastAcceptedAt === null
      ? 'No text was taken within two days.'
      : `It last took a text ${agoWords(Date.parse(lastAcceptedAt), now)} ago.`;
  const failed = `${sixty.failed} tries of the last 60 minutes failed (${Math.round(sixty.share * 100)} %), ${five.failed} of the last 5.`;
  const isBad = troubles.some(({ kind }) => kind.startsWith('carrier_'));
  return {
    name: 'Carrier',
    state: isBad ? 'bad' : five.failed > 0 ? 'slow' : 'good',
    proof: `${accepted} ${failed}`,
  };
}

/** How the queue of texts does, by what it should have taken up. */
function queueState({ troubles, waiting, unmoved, deadLetters }: Stats, now: number): PartState {
  const oldest =
    unmoved.oldestAt === null ? '' : `, the oldest for ${agoWords(Date.parse(unmoved.oldestAt), now)}`;
  const letters = deadLetters.length === 1 ? 'one dead letter' : `${deadLetters.length || 'no'} dead letters`;
  const isBad = troubles.some(({ kind }) => kind === 'texts_late');
  const isLeft = waiting.oldestAt !== null && now - Date.parse(waiting.oldestAt) > OVERDUE_MS;
  return {
    name: 'Queue of texts',
    state: isBad ? 'bad' : isLeft || deadLetters.length > 0 ? 'slow' : 'good',
    proof: `${unmoved.texts} texts should have left${oldest}; ${waiting.count} are overdue for the sweep; ${letters}.`,
  };
}

/** Statement of the directory: when the cron last came. */
export const selectBeat = hot<Record<never, never>>()(() =>
  q
    .select({ at: heartbeats.at, tookMs: heartbeats.tookMs })
    .from(heartbeats)
    .where(eq(heartbeats.name, 'sweep')),
);

/** Whether the cron comes. */
function cronState(beat: { at: number; tookMs: number } | undefined, now: number): PartState {
  const name = 'Sweep (cron)';
  if (!beat) return { name, state: 'slow', proof: 'It has not come yet.' };
  return {
    name,
    state: now - beat.at > CRON_LATE_MS ? 'bad' : 'good',
    proof: `It last ended ${agoWords(beat.at, now)} ago, and took ${(beat.tookMs / 1000).toFixed(1)} s. It comes each minute.`,
  };
}

/** A store that has answered: how many bytes it takes, and how long the answer took. */
interface StoreUp {
  store: StoreName;
  bytes: number;
  ms: number;
}

/** How each database does, by one question to it. */
function databaseStates(answered: readonly StoreUp[], down: readonly StoreName[]): PartState[] {
  const up = answered.map(
    ({ store, bytes, ms }): PartState => ({
      name: `Database ${store}`,
      state: ms > SLOW_MS || bytes > FILLING_BYTES ? 'slow' : 'good',
      proof: `It answered within ${ms} ms, and holds ${gigabytes(bytes)} of 10 GB.`,
    }),
  );
  const silent = down.map(
    (store): PartState => ({
      name: `Database ${store}`,
      state: 'bad',
      proof: `It did not answer within ${DOWN_MS / 1000} s.`,
    }),
  );
  return [...up, ...silent].sort((a, b) => a.name.localeCompare(b.name));
}

/** Whether family objects answer, by one that belongs to no family. Never throws. */
export async function objectState(deps: Deps): Promise<PartState> {
  const name = 'Family objects';
  const asked = Date.now();
  try {
    await within(DOWN_MS, deps.family(PROBE_FAMILY).presence());
    const ms = Date.now() - asked;
    return { name, state: ms > SLOW_MS ? 'slow' : 'good', proof: `One answered within ${ms} ms.` };
  } catch (error) {
    deps.log.warn('health.object_silent', errorFields(error));
    return { name, state: 'bad', proof: 'One did not answer: texts wait, and are decided about later.' };
  }
}

/** What the states of the parts are told from. */
interface PartsSeen {
  stats: Stats;
  beat: { at: number; tookMs: number } | undefined;
  answered: readonly StoreUp[];
  down: readonly StoreName[];
  objects: PartState;
}

/** The parts that texts go through, each with its proof. */
export const partStates = ({ stats, beat, answered, down, objects }: PartsSeen, now: number): PartState[] => [
  carrierState(stats, now),
  queueState(stats, now),
  cronState(beat, now),
  ...databaseStates(answered, down),
  objects,
];
