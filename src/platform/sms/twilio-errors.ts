/**
 * What a refusal means for a delivery.
 * - `retry`: was never processed, or the carrier is full: send again later.
 * - `ambiguous`: may have been accepted: look it up before any second send.
 * - `permanent`: refused for good.
 * - `opted_out`: the recipient told the carrier to stop.
 * - `operator`: our account or sender is misconfigured; nobody's text can leave until it is mended.
 */
export type Meaning = 'retry' | 'ambiguous' | 'permanent' | 'opted_out' | 'operator';

/** What a code says beyond its meaning. */
export interface ErrorRule {
  meaning: Meaning;
  /** The number cannot receive texts: at once, or when it happens a second time. */
  number?: 'unusable' | 'strike';
  /** A receipt with this code earns one more try, after a while. */
  retryOnce?: boolean;
  /** Operators should know. */
  alert?: 'twilio_credentials' | 'twilio_sender' | 'twilio_filtered' | 'twilio_flagged';
  /** What to do about it, for operators. */
  advice: string;
}

const SENDER_FAULT: ErrorRule = {
  meaning: 'operator',
  alert: 'twilio_sender',
  advice: 'TWILIO_FROM is not a number of this account that can text.',
};

/** Source: twilio.com/docs/api/errors, read for each code. */
const RULES: Record<number, ErrorRule> = {
  20003: {
    meaning: 'operator',
    alert: 'twilio_credentials',
    advice: 'Check TWILIO_SID and TWILIO_AUTH (or the API key).',
  },
  30002: {
    meaning: 'operator',
    alert: 'twilio_credentials',
    advice: 'The Twilio account is suspended; see its console.',
  },
  20429: { meaning: 'retry', advice: 'Too many requests; sent again with backoff.' },
  20500: { meaning: 'ambiguous', advice: 'Twilio failed; looked up before sending again.' },
  20503: { meaning: 'ambiguous', advice: 'Twilio was unavailable; looked up before sending again.' },
  21211: {
    meaning: 'permanent',
    number: 'unusable',
    advice: 'Not a valid number; the person must verify another.',
  },
  21408: {
    meaning: 'permanent',
    advice: 'Allow the country in Twilio’s geo permissions, or take it off SMS_ALLOWED_COUNTRIES.',
  },
  21212: SENDER_FAULT,
  21606: SENDER_FAULT,
  // Split off from 21606 in July 2024 (Twilio's changelog).
  21659: SENDER_FAULT,
  21660: SENDER_FAULT,
  21661: SENDER_FAULT,
  21608: {
    meaning: 'operator',
    alert: 'twilio_sender',
    advice: 'A trial account texts verified numbers only; upgrade it.',
  },
  21610: { meaning: 'opted_out', advice: 'The recipient said STOP to the carrier; only START undoes it.' },
  21611: { meaning: 'retry', advice: 'The sender’s queue is full; sent again later.' },
  21612: { meaning: 'permanent', advice: 'No route from this sender to this number.' },
  21614: {
    meaning: 'permanent',
    number: 'unusable',
    advice: 'Not a mobile number; the person must verify another.',
  },
  21635: {
    meaning: 'permanent',
    number: 'unusable',
    advice: 'A landline; the person must verify another number.',
  },
  21703: {
    meaning: 'operator',
    alert: 'twilio_sender',
    advice: 'The messaging service has no sender; add one.',
  },
  21704: {
    meaning: 'operator',
    alert: 'twilio_sender',
    advice: 'The messaging service has no sender for this; add one.',
  },
  21705: {
    meaning: 'operator',
    alert: 'twilio_sender',
    advice: 'TWILIO_MESSAGING_SERVICE_SID does not exist.',
  },
  14107: { meaning: 'permanent', advice: 'A reply loop with this number; texting it was stopped.' },
  30001: { meaning: 'retry', advice: 'The queue overflowed; sent again later.' },
  30003: { meaning: 'permanent', retryOnce: true, advice: 'The handset was unreachable; tried once more.' },
  30004: { meaning: 'permanent', alert: 'twilio_filtered', advice: 'The recipient or carrier blocked it.' },
  30005: {
    meaning: 'permanent',
    number: 'strike',
    advice: 'Unknown handset; the second time marks the number unusable.',
  },
  30006: { meaning: 'permanent', number: 'unusable', advice: 'A landline or unreachable carrier.' },
  30007: {
    meaning: 'permanent',
    alert: 'twilio_filtered',
    advice: 'Filtered as spam; check registration and wording.',
  },
  30008: { meaning: 'permanent', retryOnce: true, advice: 'Unknown error; tried once more.' },
  30022: { meaning: 'retry', advice: 'The registered rate was exceeded; sent again later.' },
  30023: { meaning: 'retry', advice: 'The registered daily limit was reached; sent again later.' },
  30032: {
    meaning: 'operator',
    alert: 'twilio_sender',
    advice: 'The toll-free number is not verified; verify it.',
  },
  30034: {
    meaning: 'operator',
    alert: 'twilio_sender',
    advice: 'The number is not registered for A2P 10DLC; register it.',
  },
  30410: {
    meaning: 'permanent',
    alert: 'twilio_flagged',
    advice: 'The provider timed out; not sent again by itself.',
  },
  30450: {
    meaning: 'permanent',
    alert: 'twilio_flagged',
    advice: 'Blocked as suspected fraud; not sent again by itself.',
  },
};

const PLATFORM_FAULT: ErrorRule = {
  meaning: 'operator',
  alert: 'twilio_credentials',
  advice:
    'Twilio refuses the request itself: check TWILIO_API_BASE, TWILIO_SID and the permissions of the key.',
};

/** What Twilio's error `code` means. `status` is the HTTP status it came with, 0 for a receipt. */
export function errorRule(code: number | null, status: number): ErrorRule {
  const rule = code === null ? undefined : RULES[code];
  if (rule) return rule;
  if (status === 401) return RULES[20003]!;
  if (status === 429) return RULES[20429]!;
  if (status >= 500) return RULES[20500]!;
  // No code, or one of the platform's own (20xxx): the account, address or permissions, never the recipient.
  if (code === null ? status > 0 : code >= 20_000 && code < 21_000) return PLATFORM_FAULT;
  return { meaning: 'permanent', advice: 'Look the code up at twilio.com/docs/api/errors.' };
}
