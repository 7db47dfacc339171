import type {
  Admission,
  AdmissionVerdict,
  Candidate,
  FamilyFacts,
} from '../../platform/family/family-rpc.ts';
import { DAY_MS } from '../../platform/time.ts';
import type { Presence } from '../presence/presence.ts';
import type { SendRow, SendStore } from './send-store.ts';
import { authorShare, type DayText, everyThreadUntil, longer, shareHold, usesUpOrdinary } from './shares.ts';
import { capUntil, nextRank, type WindowSettings, windowUntil } from './windows.ts';

/** Decides about one delivery; injected, so that this folder does not depend on notifications. */
export type DecideAdmission = (facts: unknown, family: FamilyFacts, now: number) => AdmissionVerdict;

/** What admission needs: presence, settings, and the store of sends. */
export interface AdmissionContext {
  sends: SendStore;
  people: ReadonlyMap<string, Presence>;
  settings: WindowSettings;
  /** Texts that the service's budget lets leave; null: as many as there are. Counted down. */
  budget: { left: number; until: number } | null;
}

/** The reason that the delivery log gives for a text beyond the service's budget: that of every cap. */
const BUDGET_REASON = 'daily_cap';

/** Whether two texts go to the same person about the same thread: admitted together, one covers both. */
const sameConversation = (a: SendRow, b: Candidate) =>
  a.userId === b.userId && a.threadId !== null && a.threadId === b.threadId && b.kind === 'message';

/**
 * Decides about candidates in order. A `send` is stored before the next candidate is decided, so that two about
 * one thread cannot both pass. Urgent texts ignore windows and do not lengthen them, but ordinary ones keep the
 * base distance after them; test texts count for the caps alone. Of several candidates that may be sent about
 * one thread, only the last counts for the caps; the others are superseded. A candidate that was admitted
 * before is counted from now on, not from then.
 */
export function admitCandidates(
  context: AdmissionContext,
  candidates: readonly Candidate[],
  decide: DecideAdmission,
  now: number,
): Admission[] {
  const admitted: SendRow[] = [];
  const superseded = new Set<string>();
  return candidates.map((candidate) => {
    const { deliveryId, userId, threadId } = candidate;
    const known = context.sends.toUser(userId);
    const earlier = known.find((send) => send.deliveryId === deliveryId);
    const others = known.filter((send) => send !== earlier);
    const previous = admitted.findLast((send) => sameConversation(send, candidate))?.deliveryId ?? deliveryId;
    const uncounted = new Set([...superseded, previous, deliveryId]);
    const family = textsOfFamily(context, uncounted);
    const about = candidate.kind === 'test' ? [] : others.filter((send) => send.threadId === threadId);
    const counted = others.filter((send) => !uncounted.has(send.deliveryId));
    const asking = { authorId: candidate.authorId ?? null, urgent: candidate.urgent };
    const { userCap, familyCap } = context.settings;
    const facts: FamilyFacts = {
      presence: context.people.get(userId)?.state ?? 'offline',
      windowUntil: windowUntil(about, context.settings, now),
      everyThreadUntil: everyThreadUntil(unanswered(counted), context.settings, now),
      userCapUntil: capUntil(times(counted), userCap, now),
      familyCapUntil: capUntil(times(family), familyCap, now),
      share: longer(shareHold(counted, asking, userCap, now), shareHold(family, asking, familyCap, now)),
    };
    const verdict = decide(candidate.facts, facts, now);
    if (verdict.action !== 'send') return { deliveryId, verdict, at: now, lastToday: false };
    const isPaid = earlier !== undefined || previous !== deliveryId;
    if (context.budget && !isPaid) {
      const { left, until } = context.budget;
      // A service's cap holds up what may leave as a family's does: until it is too old.
      const held = () => decide(candidate.facts, { ...facts, familyCapUntil: until }, now);
      if (left === 0) return beyondBudget(deliveryId, held(), until, now);
      context.budget.left -= 1;
    }
    const send: SendRow = {
      deliveryId,
      userId,
      threadId: candidate.kind === 'test' ? null : threadId,
      authorId: asking.authorId,
      rank: candidate.urgent || candidate.kind === 'test' ? 0 : nextRank(about),
      at: now,
      lastToday: earlier?.lastToday || usesUpDay(counted, family, context.settings, now),
    };
    context.sends.save(send);
    admitted.push(send);
    if (previous !== deliveryId) superseded.add(previous);
    return { deliveryId, verdict, at: now, lastToday: send.lastToday };
  });
}

/** The service's budget has no room before `until`: what is too old by then is dropped. */
const beyondBudget = (
  deliveryId: string,
  { action }: AdmissionVerdict,
  until: number,
  now: number,
): Admission => ({
  deliveryId,
  verdict: {
    ...(action === 'drop' ? { action } : { action: 'defer', until }),
    reason: BUDGET_REASON,
    detail: 'service_budget',
  },
  at: now,
  lastToday: false,
  beyondBudget: true,
});

/**
 * The family's newest texts, the newest first, as many as its cap counts; none where they are fewer than one author's share
 * of it, and so hold nothing up.
 * @param without ids of candidates
 */
function textsOfFamily({ sends, settings }: AdmissionContext, without: ReadonlySet<string>): DayText[] {
  if (sends.size + 1 < authorShare(settings.familyCap)) return [];
  return sends.newest(settings.familyCap, without);
}

const times = (texts: readonly DayText[]) => texts.map(({ at }) => at);

/** When the ordinary texts left that the person has not answered. */
const unanswered = (texts: readonly SendRow[]) => times(texts.filter(({ rank }) => rank > 0));

/** Whether a text now uses up what ordinary ones may take of the day, and no earlier text has said so. */
function usesUpDay(others: SendRow[], family: DayText[], settings: WindowSettings, now: number): boolean {
  if (others.some((send) => send.lastToday && send.at > now - DAY_MS)) return false;
  return usesUpOrdinary(others, settings.userCap, now) || usesUpOrdinary(family, settings.familyCap, now);
}
