import { admissionMs } from '../../../src/notifications/send/handed-over.ts';
import type { Step } from '../../worker/history.ts';
import { type Bench, inThread, type SeenText } from './bench.ts';
import { permit } from './expected-state.ts';
import { authorOf, sharesOf } from './shares.ts';

const SECOND = 1000;

/** The carrier was asked for a text in vain, twice, after its claim's lease and some seconds apart. */
function isProvenAbsent(bench: Bench, { leaseEnd, text }: SeenText, concludedAt: number): boolean {
  const leaseMs = bench.lab.config.CLAIM_LEASE_SECONDS * SECOND;
  const looks = bench.looks.filter(
    ({ reference, at }) => text.body.includes(reference) && at >= leaseEnd && at <= concludedAt,
  );
  return looks.length > 1 && looks.at(-1)!.at - looks[0]!.at >= Math.min(5 * SECOND, leaseMs / 4);
}

/**
 * When the service last took it for settled that a text had not gone out: by a look-up, if there was any; a try in between
 * that the carrier refused settles nothing.
 */
function concludedAt(bench: Bench, { deliveryId, claim, text }: SeenText, before: Step): number {
  const own = bench.steps.filter((step) => step.deliveryId === deliveryId && step.seq < before.seq);
  const ends = own.filter(({ seq, from, to }) => seq > claim.seq && from === 'sending' && to === 'pending');
  const isByLook = (end: Step) => {
    const begun = bench.stepAt.get(own.findLast(({ seq, to }) => seq < end.seq && to === 'sending')!.seq)!;
    return bench.looks.some(
      ({ reference, at }) => text.body.includes(reference) && at >= begun && at <= bench.stepAt.get(end.seq)!,
    );
  };
  const end = ends.findLast(isByLook) ?? ends[0];
  return end ? bench.stepAt.get(end.seq)! : Number.NEGATIVE_INFINITY;
}

/** Whether a text was given up after it had left: as absent, or since a receipt says that it did not arrive. */
const wasGivenUp = (bench: Bench, { deliveryId, claim }: Pick<SeenText, 'deliveryId' | 'claim'>) =>
  bench.steps.some(
    (step) =>
      step.deliveryId === deliveryId &&
      step.seq > claim.seq &&
      step.to === 'pending' &&
      (step.from === 'sending' || step.from === 'undelivered' || step.from === 'sent'),
  );

/** A second text about a delivery is right after a receipt that says so, and excused when nobody could know better. */
function brokenRepeat(bench: Bench, text: SeenText, earlier: SeenText): string | null {
  const byReceipt = bench.steps.some(
    ({ deliveryId, from, to, seq }) =>
      deliveryId === text.deliveryId &&
      (from === 'undelivered' || from === 'sent') &&
      to === 'pending' &&
      seq > earlier.claim.seq &&
      seq < text.claim.seq,
  );
  if (byReceipt) return null;
  const at = concludedAt(bench, earlier, text.claim);
  const isKnown =
    earlier.text.visibleAt <= at ||
    (bench.receipts.get(earlier.sid) ?? Number.POSITIVE_INFINITY) < text.claim.seq;
  if (isKnown) return 'was sent twice';
  return isProvenAbsent(bench, earlier, at) ? null : 'was sent again without asking the carrier properly';
}

/** Whether the person might be texted there about that, by what they had done before the claim. */
function brokenPermit(bench: Bench, { user, thread, claim, text }: SeenText): string | null {
  const { of } = bench.permits.findLast(({ after }) => after < claim.seq)!;
  const allowed = of.get(user)!;
  if (allowed.has(permit(thread, text.to))) return null;
  return `went to ${text.to} about ${thread}, and they may be texted: ${[...allowed].join(', ') || 'nowhere'}`;
}

/** A text says nothing that had been taken back or said otherwise before its claim. */
function brokenWords(bench: Bench, { thread, seq, claim, text }: SeenText): string | null {
  const messages = bench.messages.filter((message) => message.thread === thread);
  const isRetracted = (id: string | undefined) =>
    bench.retracted.some((each) => each.id === id && each.after < claim.seq);
  if (isRetracted(messages.find((message) => message.seq === seq)?.id))
    return 'was about what had been taken back';
  const quote = /said (\d+)(?: edited (\d+))?\./.exec(text.body);
  if (!quote) return null;
  const quoted = messages.find(({ key }) => key === `key ${quote[1]}`);
  if (isRetracted(quoted?.id)) return 'quotes what had been taken back';
  const newest =
    bench.edits.findLast(({ id, after }) => id === quoted?.id && after < claim.seq)?.version ?? 0;
  return Number(quote[2] ?? 0) < newest ? 'quotes what had been edited' : null;
}

/** So much later than it was let go a text can leave whose process stood still. */
const slackMs = ({ lab }: Bench) => 1.5 * lab.config.CLAIM_LEASE_SECONDS * SECOND;

function brokenDistance(bench: Bench, { at, writtenAt, late, after, deliveryId }: SeenText): string | null {
  const admittedBefore = admissionMs(bench.lab.config);
  for (const before of after) {
    // What was excused above could not know of its neighbour.
    if (before.deliveryId === deliveryId || wasGivenUp(bench, before)) continue;
    // One whose process stood still was let go before its neighbour left.
    if (late && before.at > at - slackMs(bench)) continue;
    // An urgent one waits for nobody: it may leave between the post of an ordinary one, which let that go, and its text.
    if (before.urgent && before.at >= writtenAt && at - writtenAt < admittedBefore) continue;
    if (at < before.until - admittedBefore - (late ? slackMs(bench) : 0) - (before.late ? slackMs(bench) : 0))
      return `came ${(before.until - at) / SECOND} s too soon after another`;
  }
  return null;
}

/**
 * Caps, and their shares: an author's ordinary texts are a third of a cap at most, and its last tenth is for urgent ones.
 * Urgent ones may overtake ordinary ones that were admitted before.
 */
function brokenCaps(bench: Bench, text: SeenText, earlier: SeenText[]): string[] {
  const { SMS_USER_DAILY_CAP, SMS_FAMILY_DAILY_CAP } = bench.lab.config;
  // A text counts from its admission, which may be so much older than itself.
  const counts = (other: SeenText) =>
    other.at - (other.late ? slackMs(bench) : admissionMs(bench.lab.config)) > text.at - 86_400 * SECOND;
  const day = earlier.filter((other) => counts(other) && !wasGivenUp(bench, other));
  const nth = (texts: SeenText[]) => new Set([...texts, text].map(({ deliveryId }) => deliveryId)).size;
  const author = authorOf(bench, text);
  const broken = (whose: string, texts: SeenText[], cap: number): string[] => {
    const shares = sharesOf(cap);
    const all = nth(texts);
    if (all > cap) return [`was the ${all}th of ${whose} day`];
    if (text.urgent) return [];
    const ordinary = texts.filter((other) => !other.urgent);
    const ofAuthor = nth(ordinary.filter((other) => authorOf(bench, other) === author));
    return [
      ...(nth(ordinary) > shares.ordinary ? [`took of ${whose} day what is kept for urgent ones`] : []),
      ...(ofAuthor > shares.author ? [`was ${author}'s ${ofAuthor}th of ${whose} day`] : []),
    ];
  };
  const mine = day.filter(({ user }) => user === text.user);
  return [...broken('their', mine, SMS_USER_DAILY_CAP), ...broken("the family's", day, SMS_FAMILY_DAILY_CAP)];
}

/** What is wrong with a text. `earlier`: the texts before it. */
export function brokenText(bench: Bench, text: SeenText, earlier: SeenText[]): string[] {
  const { SMS_EXPIRY_SECONDS } = bench.lab.config;
  const before = earlier.findLast(({ deliveryId }) => deliveryId === text.deliveryId);
  const read = bench.hasRead.some(
    ({ after, key, upTo }) =>
      after < text.claim.seq && key === inThread(text.user, text.thread) && upTo >= text.seq,
  );
  const told = (text.claim.waiting ?? 0) + 1;
  const found = [
    before ? brokenRepeat(bench, text, before) : null,
    brokenPermit(bench, text),
    brokenWords(bench, text),
    read ? 'was about what they had read' : null,
    text.disturbs === null ? null : `came although ${text.disturbs}`,
    !text.late && text.at > text.writtenAt + SMS_EXPIRY_SECONDS * SECOND ? 'came too late' : null,
    text.count === told ? null : `speaks of ${text.count} messages, and ${told} wait`,
    (text.claim.overlapping ?? 0) > 0 ? 'speaks of what another text on its way speaks of' : null,
    brokenDistance(bench, text),
    ...brokenCaps(bench, text, earlier),
  ];
  return found.filter((problem) => problem !== null);
}
