import { DEVICE_TTL_SECONDS } from '../../identity/login/known-device.ts';
import { WORDS_KEPT_MS } from '../../notifications/operate/carrier-words.ts';
import { KEPT_MS } from '../../notifications/operate/retention.ts';
import { SESSION_TTL_MS } from '../../platform/auth/session.ts';
import type { Config } from '../../platform/config.ts';
import { ownNumbers, type SenderSettings } from '../../platform/sms/senders.ts';
import { phoneWords, spanWords } from '../number-words.ts';
import { NONCE_TTL_SECONDS } from '../page-nonce.ts';
import { HOURS_TTL_SECONDS, ZONE_TTL_SECONDS } from '../reader-clock.ts';

/** What the three pages of small print are filled with. */
export interface Legal {
  brand: string;
  company: string;
  contact: string;
  /** The wording shown beside the consent box, current version. */
  consent: string;
  /** Texts one person gets in 24 hours at most. */
  dailyCap: number;
  /** The number that texts come from, as people read it; null behind a messaging service. */
  sender: string | null;
  /** Whether an answer by text becomes a message in the chat. */
  replies: boolean;
  /** How long what is kept, in words: `7 days`. */
  spans: Spans;
}

/** The spans of time on `/privacy`, from the settings and from the code that keeps to them. */
export interface Spans {
  /** A one-time code works. */
  code: string;
  /** Its number is kept with it after that. */
  codeKept: string;
  /** A link signs in, and finds its conversation; and is kept after that. */
  linkSignIn: string;
  link: string;
  linkKept: string;
  /** A session after its last use; and the record of it after that. */
  session: string;
  sessionKept: string;
  /** What a text to us was read as; a text that waits to be put somewhere. */
  inboundText: string;
  heldReply: string;
  /** The number in the log of texts after one ended, and the log itself; messages, null: for ever. */
  logNumber: string;
  log: string;
  message: string | null;
  /** The words of a text, at the carrier. */
  carrierWords: string;
  /** What happened, for the host application to read. */
  event: string;
  /** Cookies, by their names. */
  device: string;
  nonce: string;
  zone: string;
  hours: string;
}

/** The settings that the small print tells of. */
export type LegalSettings = Pick<
  Config,
  | 'BRAND_NAME'
  | 'COMPANY_NAME'
  | 'SUPPORT_CONTACT'
  | 'SMS_USER_DAILY_CAP'
  | 'SMS_REPLIES'
  | 'CODE_TTL_SECONDS'
  | 'MAGIC_TTL_SECONDS'
  | 'LINK_TTL_SECONDS'
  | 'KEEP_EVENTS_DAYS'
  | 'KEEP_NUMBERS_DAYS'
  | 'KEEP_LOG_DAYS'
  | 'KEEP_MESSAGES_DAYS'
> &
  SenderSettings;

const daysWords = (days: number) => spanWords(days * 86_400);

const spansOf = (config: LegalSettings): Spans => ({
  code: spanWords(config.CODE_TTL_SECONDS),
  codeKept: spanWords(KEPT_MS.code / 1000),
  linkSignIn: spanWords(config.MAGIC_TTL_SECONDS),
  link: spanWords(config.LINK_TTL_SECONDS),
  linkKept: spanWords(KEPT_MS.link / 1000),
  session: spanWords(SESSION_TTL_MS / 1000),
  sessionKept: spanWords(KEPT_MS.session / 1000),
  inboundText: spanWords(KEPT_MS.inboundText / 1000),
  heldReply: spanWords(KEPT_MS.heldReply / 1000),
  logNumber: daysWords(config.KEEP_NUMBERS_DAYS),
  log: daysWords(config.KEEP_LOG_DAYS),
  message: config.KEEP_MESSAGES_DAYS === 0 ? null : daysWords(config.KEEP_MESSAGES_DAYS),
  carrierWords: spanWords(WORDS_KEPT_MS / 1000),
  event: daysWords(config.KEEP_EVENTS_DAYS),
  device: spanWords(DEVICE_TTL_SECONDS),
  nonce: spanWords(NONCE_TTL_SECONDS),
  zone: spanWords(ZONE_TTL_SECONDS),
  hours: spanWords(HOURS_TTL_SECONDS),
});

/** Fills the small print from the settings. */
export function legalOf(config: LegalSettings, consent: string): Legal {
  return {
    brand: config.BRAND_NAME,
    company: config.COMPANY_NAME,
    contact: config.SUPPORT_CONTACT,
    consent,
    dailyCap: config.SMS_USER_DAILY_CAP,
    sender: ownNumbers(config).map(phoneWords).join(' or ') || null,
    replies: config.SMS_REPLIES === 'on',
    spans: spansOf(config),
  };
}
