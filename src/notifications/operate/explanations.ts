import type { ReasonDetail } from '../../db/column-values.ts';
import { clockWords, type Hours } from '../../platform/clock-words.ts';
import type { PossibleZones } from '../../platform/possible-zones.ts';
import { errorRule } from '../../platform/sms/twilio-errors.ts';
import type { Status } from '../deliveries/delivery-status.ts';
import type { Reason } from '../send/policy.ts';

/** An entry of the delivery log. Times are ms UTC. */
export interface LoggedDelivery {
  kind: 'message' | 'test';
  status: Status;
  /** A {@link Reason}, for what waits or was suppressed. */
  reason: string | null;
  reasonDetail?: ReasonDetail | null;
  /** When it is processed again. */
  dueAt: number | null;
  sentAt: number | null;
  deliveredAt: number | null;
  /** The carrier's code. */
  error: string | null;
  /** When it was last about to be handed to the carrier, and how often it was. */
  claimedAt?: number | null;
  attempts?: number;
  /** For a merged one: the status of the text that covers it. */
  leadStatus?: Status | null;
  leadError?: string | null;
  /** Since when the person's carrier blocks our texts: only START ends that. */
  carrierOptedOutAt?: number | null;
  /** Whose quiet hours count, and by which clocks; absent: the person's own, by their own clock. */
  quiet?: QuietClock;
}

/** Whose quiet hours hold a text up, and by which clocks. */
export interface QuietClock {
  /** The person set none: the hours in which the service texts nobody. */
  house: boolean;
  clock: PossibleZones;
}

/**
 * The outcome of a message for one recipient, as shown to its author: recipient: `text` follows the name ("Ben"
 * + "was told by text").
 */
export interface AuthorsView {
  /** Knows of the message, by a text or by having read it. */
  told: boolean;
  text: string;
}

const SUPPRESSED: Record<Reason, string> = {
  opted_out: 'Texts to you are turned off, so none was sent; you can turn them on in your settings.',
  unverified: 'You have not confirmed a phone number yet, so no text was sent.',
  phone_unusable: 'Your number cannot receive texts, so none was sent; please confirm another number.',
  country_not_allowed: 'We cannot send texts to the country of your number, so none was sent.',
  left_thread: 'You are no longer part of this conversation, so no text was sent.',
  expired: 'By the time a text could have gone it was too old to be of use, so none was sent.',
  paused:
    'Texts were paused by the operators, and by the time one could have gone it was too old to be of use.',
  retracted: 'The message was taken back before a text left, so none was sent.',
  read: 'You had already read the message, so no text was needed.',
  muted: 'You have muted this conversation, so no text was sent.',
  online: 'You were in the chat when the message came, so no text was needed.',
  quiet_hours: 'It came in your quiet hours, so no text was sent.',
  rate_limited: 'You had been texted about this conversation already, so no further text was sent.',
  daily_cap: 'The number of texts for one day was used up, so none was sent.',
};

/** The explanation of a deferral, up to "would go at …". */
const WAITING: Partial<Record<Reason, string>> = {
  online: 'You are in the chat right now; unless you read the message there, a text',
  paused: 'Texts are paused by the operators for the moment; once they go again, this one',
  quiet_hours: 'These are your quiet hours; unless you read the message before, a text',
  rate_limited: 'You were texted about this conversation not long ago; the next text',
  daily_cap: 'The number of texts for one day is used up; this one',
};

/** The same where a reason has a detail: of a suppression, and of a deferral up to "would go at …". */
const DETAILS: Record<ReasonDetail, { of: Reason; suppressed: string; waiting: string }> = {
  author_share: {
    of: 'daily_cap',
    suppressed: 'The share of a day’s texts that one author may take was used up, so none was sent.',
    waiting: 'The share of a day’s texts that one author may take is used up; this one',
  },
  urgent_reserve: {
    of: 'daily_cap',
    suppressed: 'The last texts of the day were kept for urgent messages, so none was sent.',
    waiting: 'The last texts of a day are kept for urgent messages; this one',
  },
  service_budget: {
    of: 'daily_cap',
    suppressed: 'This service had sent as many texts as it may for the time being, so none was sent.',
    waiting: 'This service has sent as many texts as it may for the time being; this one',
  },
  every_thread: {
    of: 'rate_limited',
    suppressed: 'You had been texted about several conversations just before, so no further text was sent.',
    waiting: 'You were texted about several conversations just now; the next text',
  },
};

/** `America/New_York` as people say it. */
const city = (zone: string) => (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');

/** By which clock it is quiet, where the person has not said it. */
function byClock({ zones, by }: PossibleZones): string {
  if (by === 'person' || by === 'family') return '';
  if (by === 'unknown') return ' by the clock of UTC, since your time zone is not known';
  const of = by === 'number' ? 'your number’s area code' : 'your number’s country';
  if (zones.length > 1) return ` in one of the time zones of ${of}`;
  return ` by the clock of ${city(zones[0] ?? 'UTC')}, which is that of ${of}`;
}

/** Why a text waits for the end of quiet hours, up to "would go at …". */
function quietWords({ house, clock }: QuietClock): string {
  const hours = house ? 'No texts are sent at this hour' : 'These are your quiet hours';
  return `${hours}${byClock(clock)}; unless you read the message before, a text`;
}

/** The `error` of a text whose outcome was never known. */
export const UNKNOWN_OUTCOME = 'unknown';

const NOT_REACHED = 'Another text told of this message, but it did not reach your phone.';
const AGAIN = 'Another text, which tells of this message, did not reach your phone; it is to be sent again.';

/** The explanation of a merged message whose covering text did not arrive. */
const MERGED: Partial<Record<Status, string>> = {
  undelivered: NOT_REACHED,
  failed: NOT_REACHED,
  suppressed: NOT_REACHED,
  pending: AGAIN,
  deferred: AGAIN,
};

const LATER: AuthorsView = { told: false, text: 'will see it later' };

const STOPPED =
  'You asked your phone company to stop our texts, so none was sent; text START to our number to allow them again.';

/** After this time without an answer the carrier counts as not answering. */
const SILENT_MS = 20_000;

/** Explains to the recipient in one sentence what happened to a text, or when it would be sent. */
export function explain(delivery: LoggedDelivery, now: number, timeZone: string, hours: Hours = 12): string {
  const text = delivery.kind === 'test' ? 'Your test text' : 'The text';
  const at = (moment: number | null) =>
    moment === null ? '' : ` at ${clockWords(moment, now, timeZone, hours)}`;
  const later = delivery.dueAt !== null && delivery.dueAt > now;
  const would = later ? `would go${at(delivery.dueAt)}.` : 'would go any minute.';
  switch (delivery.status) {
    case 'pending':
      if (!later) return `${text} is about to leave.`;
      return `${text} ${delivery.error === null ? 'waits for its turn' : 'could not leave yet'} and ${would}`;
    case 'deferred':
      if (delivery.reason === 'quiet_hours' && delivery.quiet)
        return `${quietWords(delivery.quiet)} ${would}`;
      return `${detailOf(delivery)?.waiting ?? ((isReason(delivery.reason) && WAITING[delivery.reason]) || `${text} has to wait; it`)} ${would}`;
    case 'sending':
      return now - (delivery.claimedAt ?? now) > SILENT_MS
        ? `${text} has not left yet: the phone company is not answering. We go on trying.`
        : `${text} is leaving right now.`;
    case 'sent':
      return `${text} was sent${at(delivery.sentAt)}; your phone company has not said yet whether it arrived.`;
    case 'delivered':
      return `${text} reached your phone${at(delivery.deliveredAt)}.`;
    case 'undelivered':
      return `${text} was sent${at(delivery.sentAt)} but did not reach your phone${causeOf(delivery.error)}.`;
    case 'failed':
      if (delivery.error === UNKNOWN_OUTCOME)
        return `${text} may have reached you; whether it was sent never became known.`;
      return isStopped(delivery.error) ? STOPPED : `${text} could not be sent${causeOf(delivery.error)}.`;
    case 'merged':
      return MERGED[delivery.leadStatus ?? 'sent'] ?? 'You were told of this message in another text.';
    case 'suppressed':
      if (isStopped(delivery.error)) return STOPPED;
      if (delivery.reason === 'opted_out' && delivery.carrierOptedOutAt) return STOPPED;
      if (!isReason(delivery.reason)) return 'No text was sent.';
      return detailOf(delivery)?.suppressed ?? SUPPRESSED[delivery.reason];
  }
}

/** The words for the detail of a row's reason; null where it has none. A row may keep one of an earlier reason. */
function detailOf({ reason, reasonDetail }: LoggedDelivery) {
  const detail = reasonDetail ? DETAILS[reasonDetail] : null;
  return detail?.of === reason ? detail : null;
}

/**
 * Explains to the author of a message what happened for one recipient, without revealing that person's
 * settings: muted, quiet hours, online, windows, opted out and without a number all read alike.
 */
export function explainToAuthor(
  delivery: Pick<LoggedDelivery, 'status' | 'reason' | 'error' | 'leadStatus' | 'leadError'>,
): AuthorsView {
  const { leadStatus, leadError } = delivery;
  if (delivery.status === 'merged' && leadStatus && leadStatus !== 'merged') {
    return leadStatus === 'suppressed'
      ? LATER
      : explainToAuthor({ status: leadStatus, reason: null, error: leadError ?? null });
  }
  switch (delivery.status) {
    case 'sent':
      return { told: true, text: 'was sent a text' };
    case 'delivered':
    case 'merged':
      return { told: true, text: 'was told by text' };
    case 'pending':
    case 'sending':
      return { told: false, text: 'is being told by text' };
    case 'undelivered':
    case 'failed':
      // A refusal because of an opt-out, or a block on the phone, is private to the person.
      if (isStopped(delivery.error) || delivery.error === '30004') return LATER;
      return { told: false, text: 'could not be reached by text and will see it later' };
    case 'deferred':
      return LATER;
    case 'suppressed':
      if (delivery.reason === 'read') return { told: true, text: 'has already read it' };
      if (delivery.reason === 'left_thread') return { told: false, text: 'has left the conversation' };
      return LATER;
  }
}

function isReason(reason: string | null): reason is Reason {
  return reason !== null && Object.hasOwn(SUPPRESSED, reason);
}

function isStopped(error: string | null): boolean {
  return error !== null && errorRule(Number(error), 0).meaning === 'opted_out';
}

/** Ends a sentence about a text that did not arrive. */
function causeOf(error: string | null): string {
  if (error === null || !/^\d+$/.test(error)) return '';
  const { cause, meaning } = errorRule(Number(error), 0);
  if (cause) return `, because ${cause}`;
  return meaning === 'operator' ? ' because of a fault on our side' : '';
}
