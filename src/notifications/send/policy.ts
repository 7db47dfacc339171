import type { DELIVERY_REASONS, ReasonDetail } from '../../db/column-values.ts';
import type { Config } from '../../platform/config.ts';
import type { AdmissionVerdict, FamilyFacts } from '../../platform/family/family-rpc.ts';
import { MINUTE_MS, SECOND_MS } from '../../platform/time.ts';
import { type QuietHours, quietOutside, quietUntil, spreadMs } from './quiet-hours.ts';

/** Why a text was not sent, or not yet. */
export type Reason = (typeof DELIVERY_REASONS)[number];

/** What the database knows about one delivery. Times are ms UTC. */
export interface DeliveryFacts {
  deliveryId: string;
  /** `test` texts have no thread: membership, reading, mute, presence, quiet hours and window do not apply. */
  kind: 'message' | 'test';
  /** The message is urgent and this person allows urgent texts. */
  urgent: boolean;
  /** The person, or an earlier holder of the number, opted out. */
  optedOut: boolean;
  smsEnabled: boolean;
  phoneVerified: boolean;
  phoneUnusable: boolean;
  countryAllowed: boolean;
  isMember: boolean;
  read: boolean;
  /** Its author has taken the message back. */
  retracted: boolean;
  createdAt: number;
  /** Muted before this moment; null when not muted. */
  mutedUntil: number | null;
  /** Minutes of the person's day, 0..1440, or both null. */
  quietStart: number | null;
  quietEnd: number | null;
  /** The zones in which the person may be, see `possibleZones`: it is quiet when it is quiet in one of them. */
  timeZones: readonly string[];
  quietDelivery: 'defer' | 'drop';
}

/** The settings of the policy. */
export interface PolicySettings {
  /** `SMS_EXPIRY_SECONDS` in ms: a notification older than this is dropped. */
  expiryMs: number;
  /** `PRESENT_RECHECK_SECONDS` in ms; 0: deliveries to people who are online are dropped at once. */
  presentRecheckMs: number;
  /** `SMS_HOUSE_HOURS`, as the hours outside of it: quiet for those who set none of their own; null: none. */
  houseQuiet: QuietHours | null;
}

/** The policy's settings. */
export const policySettings = (
  config: Pick<Config, 'SMS_EXPIRY_SECONDS' | 'PRESENT_RECHECK_SECONDS' | 'SMS_HOUSE_HOURS'>,
): PolicySettings => ({
  expiryMs: config.SMS_EXPIRY_SECONDS * SECOND_MS,
  presentRecheckMs: config.PRESENT_RECHECK_SECONDS * SECOND_MS,
  houseQuiet: quietOutside(config.SMS_HOUSE_HOURS),
});

/** The decision about a delivery. */
export type Verdict = AdmissionVerdict<Reason>;

/** Deliveries to people who are online are decided again for this long after the message. */
export const PRESENT_WATCH_MS = 10 * MINUTE_MS;

/**
 * Decides about one text, by the first rule that applies: the law, then what makes the text obsolete, then
 * courtesy. Urgent texts skip courtesy, except for the caps. A deferral beyond the notification's expiry is a
 * drop.
 * @param now - ms UTC
 * @returns a verdict whose `until` (ms UTC) is after `now`
 */
export function decide(
  facts: DeliveryFacts,
  family: FamilyFacts,
  settings: PolicySettings,
  now: number,
): Verdict {
  const reason = obsoleteOrForbidden(facts, settings, now);
  if (reason) return { action: 'drop', reason };
  const verdict =
    courtesyBlock(facts, family, settings, now) ?? capped(family, now) ?? tooManyThreads(facts, family, now);
  if (!verdict) return { action: 'send' };
  if (verdict.action === 'defer' && verdict.until > facts.createdAt + settings.expiryMs) {
    const { reason, detail } = verdict;
    return { action: 'drop', reason, ...(detail && { detail }) };
  }
  return verdict;
}

/** Why no text may ever tell of a delivery, whatever its family knows; null: one may. @param now ms UTC */
export function obsoleteOrForbidden(
  facts: DeliveryFacts,
  settings: PolicySettings,
  now: number,
): Reason | null {
  return legalBlock(facts) ?? obsolete(facts, settings, now);
}

/** A verdict that holds a text back. Times are ms UTC; null when it is dropped. */
interface HeldBack {
  status: 'deferred' | 'suppressed';
  reason: string;
  detail?: ReasonDetail;
  until: number | null;
}

/**
 * The verdict on an older delivery of the same person and thread, which waits with the one that was decided about: the
 * same, except that it expires, and is no longer watched for its reader's departure, in its own time.
 * @param settings `leaseMs`: how long after the other it is looked at, if that has not settled it
 * @param now ms UTC
 */
export function postponedBeside(
  verdict: HeldBack,
  facts: DeliveryFacts,
  settings: PolicySettings & { leaseMs: number },
  now: number,
): HeldBack & { wakeAt?: number } {
  const { reason, until } = verdict;
  if (until === null) return verdict;
  const dropped: HeldBack = { ...verdict, status: 'suppressed', until: null };
  if (reason === 'online') {
    const watchedUntil = facts.createdAt + PRESENT_WATCH_MS;
    return now >= watchedUntil ? dropped : { ...verdict, wakeAt: Math.max(until, watchedUntil) };
  }
  const isTooLate = until > facts.createdAt + settings.expiryMs;
  return isTooLate ? dropped : { ...verdict, wakeAt: until + settings.leaseMs };
}

function legalBlock(facts: DeliveryFacts): Reason | null {
  if (facts.optedOut) return 'opted_out';
  if (!facts.phoneVerified) return 'unverified';
  if (!facts.smsEnabled) return 'opted_out';
  if (facts.phoneUnusable) return 'phone_unusable';
  if (!facts.countryAllowed) return 'country_not_allowed';
  return null;
}

function obsolete(facts: DeliveryFacts, settings: PolicySettings, now: number): Reason | null {
  const aboutThread = facts.kind === 'message';
  if (aboutThread && !facts.isMember) return 'left_thread';
  if (facts.retracted) return 'retracted';
  if (now - facts.createdAt > settings.expiryMs) return 'expired';
  if (aboutThread && facts.read) return 'read';
  return null;
}

function courtesyBlock(
  facts: DeliveryFacts,
  family: FamilyFacts,
  settings: PolicySettings,
  now: number,
): Verdict | null {
  if (facts.urgent || facts.kind === 'test') return null;
  if (facts.mutedUntil !== null && facts.mutedUntil > now) return { action: 'drop', reason: 'muted' };
  if (family.presence === 'online') return present(facts, settings, now);
  return quiet(facts, settings, now) ?? deferUntil('rate_limited', family.windowUntil, now);
}

function present(facts: DeliveryFacts, settings: PolicySettings, now: number): Verdict {
  const watchedUntil = facts.createdAt + PRESENT_WATCH_MS;
  if (settings.presentRecheckMs <= 0 || now >= watchedUntil) return { action: 'drop', reason: 'online' };
  return {
    action: 'defer',
    reason: 'online',
    until: Math.min(now + settings.presentRecheckMs, watchedUntil),
  };
}

/** A person's own quiet hours; for those who set none, the hours in which the house texts nobody. */
function quiet(facts: DeliveryFacts, settings: PolicySettings, now: number): Verdict | null {
  const isOwn = facts.quietStart !== null && facts.quietEnd !== null;
  const hours = isOwn ? facts : settings.houseQuiet;
  const end = hours && quietUntil(hours, facts.timeZones, now);
  if (end === null) return null;
  if (isOwn && facts.quietDelivery === 'drop') return { action: 'drop', reason: 'quiet_hours' };
  const spread = end + spreadMs(facts.deliveryId);
  // The spread must not exceed a very short time between two quiet periods.
  const until = Number.isFinite(end) && quietUntil(hours!, facts.timeZones, spread) === null ? spread : end;
  return { action: 'defer', reason: 'quiet_hours', until };
}

/** The verdict when a daily cap, or the share of it that this text may use, is used up; null: there is room. */
function capped({ userCapUntil, familyCapUntil, share }: FamilyFacts, now: number): Verdict | null {
  const full = Math.max(userCapUntil ?? 0, familyCapUntil ?? 0);
  return share !== null && share.until > full
    ? deferUntil('daily_cap', share.until, now, share.detail)
    : deferUntil('daily_cap', full, now);
}

/**
 * The verdict when too many texts about any threads are unanswered. Checked after the daily caps, which explain more.
 */
function tooManyThreads(facts: DeliveryFacts, family: FamilyFacts, now: number): Verdict | null {
  if (facts.urgent || facts.kind === 'test') return null;
  return deferUntil('rate_limited', family.everyThreadUntil, now, 'every_thread');
}

function deferUntil(
  reason: Reason,
  until: number | null,
  now: number,
  detail?: ReasonDetail,
): Verdict | null {
  if (until === null || until <= now) return null;
  return { action: 'defer', reason, until, ...(detail && { detail }) };
}
