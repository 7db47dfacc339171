import { listDeliveries } from '../../../src/notifications/operate/delivery-log.ts';
import { forbidden, isFinal } from '../../worker/history.ts';
import { type DeliveryRow, type Member, type Message, type Name, PEOPLE } from '../../worker/lab.ts';
import { type Bench, type Held, inThread, lastStep } from './bench.ts';
import { checkEvents } from './events.ts';
import { brokenText } from './texts.ts';
import { brokenWait } from './waits.ts';

const SECOND = 1000;

/** Whether a row waits for nothing more. `undelivered` may have one more try before it. */
export const isOver = (row: DeliveryRow): boolean =>
  row.status === 'undelivered' || row.status === 'sent' ? row.wakeAt === null : isFinal(row.status);

/** What is wrong with a row by itself. */
function brokenRow(row: DeliveryRow, byId: Map<string, DeliveryRow>): string | null {
  if (row.status === 'suppressed') return row.reason === null ? 'suppressed without a reason' : null;
  if (row.status === 'merged') {
    const lead = byId.get(row.mergedInto ?? '');
    if (!lead) return 'merged into nothing';
    if (['pending', 'deferred', 'suppressed'].includes(lead.status))
      return `merged into a text that did not arrive (${lead.status})`;
    if (lead.sid === null) return `merged into a text that never went out (${lead.status})`;
    if (lead.user !== row.user || lead.thread !== row.thread)
      return 'merged into a text about something else';
    return (lead.coversSeq ?? 0) < row.seq! ? 'merged into a text that did not know of it' : null;
  }
  if (['sent', 'delivered', 'undelivered'].includes(row.status)) {
    return row.sid === null ? `${row.status} without a text` : null;
  }
  if (row.status === 'failed') return row.error === null ? 'failed without an error' : null;
  return row.wakeAt === null ? `${row.status}, and nobody will look at it again` : null;
}

/** Whether a reason can be true, as far as the bench remembers. */
function brokenReason(bench: Bench, row: DeliveryRow, now: number): string | null {
  if (row.status !== 'suppressed') return null;
  const here = inThread(row.user, row.thread!);
  const lately = (what: Held, key = row.user) => (bench.until[what].get(key) ?? 0) >= row.createdAt;
  const { SMS_EXPIRY_SECONDS } = bench.lab.config;
  const plausible: Record<string, () => boolean> = {
    opted_out: () => lately('stopped') || bench.mayHaveStopped.has(row.user as Name),
    unverified: () => lately('numberless'),
    left_thread: () => lately('left', here),
    muted: () => lately('muted', here),
    online: () => lately('here'),
    quiet_hours: () => lately('quiet'),
    expired: () => now > row.createdAt + SMS_EXPIRY_SECONDS * SECOND,
    retracted: () => row.messageId !== null && bench.mayBeRetracted.has(row.messageId),
    read: () => row.seq! <= (bench.mayHaveRead.get(here) ?? 0),
    rate_limited: () => true,
    daily_cap: () => true,
    phone_unusable: () => bench.texts.some(({ text }) => text.fate.errorCode !== null),
  };
  const check = plausible[row.reason!];
  return check?.() ? null : `is suppressed for a reason that cannot be: ${row.reason}`;
}

/** Nobody has read what they never had before them. */
function brokenReading(bench: Bench, { user, thread, lastReadSeq }: Member): string[] {
  const most = bench.mayHaveRead.get(inThread(user, thread)) ?? 0;
  return lastReadSeq <= most ? [] : [`${user} is said to have read ${thread} to ${lastReadSeq}, not ${most}`];
}

/** What was said is what people said, and where they said it. */
function brokenMessage(bench: Bench, message: Message): string[] {
  const { author, thread, via, key } = message;
  if (via === 'app') {
    const said = bench.said.get(key);
    return said?.author === author && said.thread === thread ? [] : [`nobody said message ${key} there`];
  }
  const answer = bench.answered.get(key);
  const asked = bench.texts.some(
    (text) =>
      text.user === author &&
      text.thread === thread &&
      text.text.to === answer?.number &&
      text.at > answer.at - 86_400 * SECOND &&
      text.at <= answer.at,
  );
  return answer?.author === author && asked ? [] : [`${key} of ${author} answers nothing in ${thread}`];
}

/** How often a text was tried again since its handset could not be reached. */
const retries = (bench: Bench, { id }: DeliveryRow) =>
  bench.steps.filter(({ deliveryId, from }) => deliveryId === id && from === 'undelivered').length;

/**
 * What points to a text was told by it: no more rows than it speaks of, but for what came back meanwhile from the
 * doubt of another text, or from an unreachable handset.
 */
function brokenSummary(bench: Bench, lead: DeliveryRow, rows: readonly DeliveryRow[]): string | null {
  const texts = bench.texts.filter(({ deliveryId }) => deliveryId === lead.id);
  const first = texts[0];
  if (!first) return null;
  const mine = new Set(
    rows.filter(({ user, thread }) => user === lead.user && thread === lead.thread).map(({ id }) => id),
  );
  const cameBack = bench.steps.some(
    ({ seq, deliveryId, from, to }) =>
      seq > first.claim.seq &&
      (from === 'sending' || from === 'undelivered' || from === 'sent') &&
      to === 'pending' &&
      mine.has(deliveryId),
  );
  const merged = rows.filter(({ mergedInto }) => mergedInto === lead.id).length;
  const most = Math.max(...texts.map(({ count }) => count));
  return cameBack || merged < most ? null : `${merged} were merged into a text that speaks of ${most}`;
}

/** Looks at everything that happened since the last time. @throws when something is wrong */
export async function checkBench(bench: Bench): Promise<DeliveryRow[]> {
  const now = Date.now();
  const { rows, steps, messages, members } = await bench.lab.look(lastStep(bench));
  for (const step of steps) bench.stepAt.set(step.seq, now);
  for (const { job } of bench.lab.jobs) bench.queuedAt.set(job.deliveryId, now);
  bench.steps.push(...steps);
  const fresh = messages.filter(({ id }) => !bench.messages.some((seen) => seen.id === id));
  bench.messages.push(...fresh);
  for (const note of bench.whenSeen.splice(0)) note();
  const byId = new Map(rows.map((row) => [row.id, row]));
  const unjudged = bench.texts.slice(bench.judged);
  const problems = [
    ...forbidden(steps).map(({ deliveryId, from, to }) => `${deliveryId} went from ${from} to ${to}`),
    ...rows.filter((row) => retries(bench, row) > 1).map(({ id }) => `${id} was tried more than twice`),
    ...rows.flatMap((row) => {
      const problem =
        brokenRow(row, byId) ??
        brokenReason(bench, row, now) ??
        brokenSummary(bench, row, rows) ??
        (bench.calm ? brokenWait(bench, row, rows, now) : null);
      return problem === null ? [] : [`${row.id} of ${row.user} is wrong: ${problem}`];
    }),
    ...members.flatMap((member) => brokenReading(bench, member)),
    ...fresh.flatMap((message) => brokenMessage(bench, message)),
    ...unjudged.flatMap((text, i) => {
      const earlier = bench.texts.slice(0, bench.judged + i);
      const found = brokenText(bench, text, earlier);
      return found.map((problem) => `text ${earlier.length} to ${text.user} ${problem}`);
    }),
  ];
  bench.judged = bench.texts.length;
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return rows;
}

/** What must hold once everything has healed: each message has an end for everyone, and the log can be read. */
export async function checkEnd(bench: Bench): Promise<void> {
  const rows = await checkBench(bench);
  const waiting = rows.filter((row) => !isOver(row));
  if (waiting.length > 0) {
    throw new Error(`Stuck: ${JSON.stringify(waiting)}`);
  }
  for (const { id, key, audience } of bench.messages) {
    const told = rows.filter(({ messageId }) => messageId === id).map(({ user }) => user);
    if (told.toSorted().join() !== (audience ?? '')) throw new Error(`${key} has rows for ${told.join()}`);
  }
  const keys = bench.messages.map(({ key }) => key);
  if (new Set(keys).size !== keys.length) throw new Error('A message was posted twice');
  for (const name of PEOPLE) {
    const who = { userId: name, familyId: bench.lab.familyId };
    const end = await bench.lab.run((deps) => listDeliveries(deps, who, { limit: 100 }));
    if (end.kind !== 'done') throw new Error('The log cannot be read');
  }
  await checkEvents(bench, rows);
}
