import { env } from 'cloudflare:workers';
import { listDeliveries } from '../../../src/notifications/log.ts';
import { forbidden, isFinal, type Step } from '../../worker/history.ts';
import { type DeliveryRow, PEOPLE } from '../../worker/lab.ts';
import type { Bench, SeenText } from './bench.ts';

const { DB } = env as unknown as { DB: D1Database };
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

/** When the service last took it for settled that the text before this one had not gone out. */
function concludedAt(bench: Bench, deliveryId: string, before: Step): number {
  const step = bench.steps.findLast(
    (each) =>
      each.deliveryId === deliveryId &&
      each.seq < before.seq &&
      each.from === 'sending' &&
      each.to === 'pending',
  );
  return step ? bench.stepAt.get(step.seq)! : Number.NEGATIVE_INFINITY;
}

/** A second text about a delivery is right after a handset was unreachable, and excused when nobody could know better. */
function brokenRepeat(bench: Bench, text: SeenText, earlier: SeenText): string | null {
  const handset = bench.steps.some(
    ({ deliveryId, from, to, seq }) =>
      deliveryId === text.deliveryId &&
      from === 'undelivered' &&
      to === 'pending' &&
      seq > earlier.claim.seq &&
      seq < text.claim.seq,
  );
  if (handset) return null;
  const unknowable =
    earlier.text.visibleAt > concludedAt(bench, text.deliveryId, text.claim) &&
    !((bench.known.get(earlier.sid) ?? Number.POSITIVE_INFINITY) < text.claim.seq);
  return unknowable ? null : 'was sent twice';
}

/** What is wrong with a text. `earlier`: the texts before it. */
function brokenText(bench: Bench, text: SeenText, earlier: SeenText[]): string[] {
  const { config } = bench.lab;
  const found: (string | null)[] = [];
  const before = earlier.findLast(({ deliveryId }) => deliveryId === text.deliveryId);
  if (before) found.push(brokenRepeat(bench, text, before));

  if (text.stop !== null && text.claim.seq > text.stop) found.push('went to someone who had said STOP');

  const told = (text.claim.waiting ?? 0) + 1;
  if (text.count !== told) found.push(`speaks of ${text.count} messages, and ${told} wait`);
  if ((text.claim.overlapping ?? 0) > 0) found.push('speaks of what another text on its way speaks of');

  const neighbour = earlier.findLast(({ user, thread }) => user === text.user && thread === text.thread);
  // What was excused above could not know of its neighbour.
  if (neighbour && !text.urgent && neighbour.deliveryId !== text.deliveryId) {
    const slack = text.late || neighbour.late ? 1.5 * config.CLAIM_LEASE_SECONDS : 0;
    const least = (config.SMS_WINDOW_SECONDS - slack) * SECOND;
    const gap = text.at - neighbour.at;
    if (gap < least) found.push(`came ${gap / SECOND} s after another about the same thread`);
  }
  const day = earlier.filter(({ user, at }) => user === text.user && at > text.at - 86_400 * SECOND);
  const deliveries = new Set([...day, text].map(({ deliveryId }) => deliveryId));
  if (deliveries.size > config.SMS_USER_DAILY_CAP) found.push(`was the ${deliveries.size}th of a day`);
  return found.filter((problem) => problem !== null);
}

/** Whether a reason can be true, as far as the bench remembers. */
function brokenReason(bench: Bench, row: DeliveryRow, now: number): string | null {
  const lately = (what: keyof Bench['until']) =>
    (bench.until[what].get(row.user as never) ?? 0) >= row.createdAt;
  const { SMS_EXPIRY_SECONDS } = bench.lab.config;
  const plausible: Record<string, () => boolean> = {
    opted_out: () => lately('stopped'),
    muted: () => lately('muted'),
    online: () => lately('here'),
    quiet_hours: () => lately('quiet'),
    expired: () => now > row.createdAt + SMS_EXPIRY_SECONDS * SECOND,
    read: () => row.seq! <= row.lastReadSeq!,
    rate_limited: () => true,
    daily_cap: () => true,
    phone_unusable: () =>
      bench.texts.some(({ user, text }) => user === row.user && text.fate.errorCode !== null),
  };
  const check = plausible[row.reason!];
  return check?.() ? null : `is ${row.status} for a reason that cannot be: ${row.reason}`;
}

/** Looks at everything that happened since the last time. @throws when something is wrong */
export async function checkBench(bench: Bench): Promise<DeliveryRow[]> {
  const now = Date.now();
  const { rows, steps } = await bench.lab.look(bench.steps.at(-1)?.seq ?? 0);
  for (const step of steps) bench.stepAt.set(step.seq, now);
  bench.steps.push(...steps);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const problems = [
    ...forbidden(steps).map(({ deliveryId, from, to }) => `${deliveryId} went from ${from} to ${to}`),
    ...rows.flatMap((row) => {
      const problem =
        brokenRow(row, byId) ??
        (row.reason && row.status === 'suppressed' ? brokenReason(bench, row, now) : null);
      return problem === null ? [] : [`${row.id} of ${row.user} is wrong: ${problem}`];
    }),
    ...bench.texts.flatMap((text, i) =>
      i < bench.judged
        ? []
        : brokenText(bench, text, bench.texts.slice(0, i)).map(
            (problem) => `text ${i} to ${text.user} ${problem}`,
          ),
    ),
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
  const { results: posted } = await DB.prepare(
    'SELECT id, author_id AS author, client_key AS clientKey FROM messages',
  ).all<{ id: string; author: string; clientKey: string }>();
  for (const { id, author } of posted) {
    const told = rows.filter(({ messageId }) => messageId === id).map(({ user }) => user);
    const others = PEOPLE.filter((name) => name !== author);
    if (told.toSorted().join() !== others.toSorted().join()) {
      throw new Error(`Message ${id} of ${author} has rows for ${told.join()}`);
    }
  }
  const keys = posted.map(({ clientKey }) => clientKey);
  if (new Set(keys).size !== keys.length) throw new Error('A message was posted twice');
  for (const name of PEOPLE) {
    const who = { userId: name, familyId: bench.lab.familyId };
    const end = await bench.lab.run((deps) => listDeliveries(deps, who, { limit: 100 }));
    if (end.kind !== 'done') throw new Error('The log cannot be read');
  }
}
