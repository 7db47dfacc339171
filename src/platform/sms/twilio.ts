import * as z from 'zod';
import type { Config } from '../config.ts';
import { MINUTE_MS } from '../time.ts';
import { type Sender, type SenderSettings, sendersOf } from './senders.ts';
import { errorRule, type Meaning } from './twilio-errors.ts';

/** A text to send. */
export interface OutgoingText {
  /** E.164. */
  to: string;
  body: string;
  /** Where receipts go; the delivery's id is in its query. */
  statusCallback: string;
  /** The first of the settings unless said otherwise. */
  sender?: Pick<Sender, 'from' | 'service'>;
  /** Validity period in seconds, 1 to 36,000. */
  validitySeconds: number;
}

/** A text in the carrier's records. */
export interface CarrierText {
  sid: string;
  /** `queued`, `sending`, `sent`, `delivered`, `undelivered`, `failed` … */
  status: string;
  body: string;
  /** Null while Twilio does not know yet. */
  segments: number | null;
  errorCode: number | null;
  /** Milliseconds; null when not given. */
  createdAt: number | null;
}

/** The outcome of a request to send. `code` is Twilio's error code, as text, or a word of ours. */
export type SendOutcome =
  | { kind: 'accepted'; text: CarrierText }
  | {
      kind: Meaning;
      code: string;
      retryAfterSeconds?: number;
      /** The sender is too fast: what follows would meet the same. */
      pausesSender?: boolean;
    };

/**
 * What came of emptying a text at the carrier: `done`, also when it is not there any more; `refused`: not this one, or not
 * yet; `unreached`: the carrier or the account takes no requests now.
 */
export type RedactOutcome = 'done' | 'refused' | 'unreached';

/** The carrier's interface. */
export interface Sms {
  /** Sends one text. Never throws: a time-out or broken connection is `ambiguous`. */
  send(text: OutgoingText): Promise<SendOutcome>;
  /**
   * Finds the newest text to `to` whose body contains `reference`, created after `since` (ms); `except`: SIDs
   * of those that are known already.
   * @throws when the carrier cannot be asked: then nothing is known
   */
  find(query: {
    to: string;
    reference: string;
    since: number;
    except?: readonly string[];
  }): Promise<CarrierText | null>;
  /** Empties the words of a text that has ended in the carrier's records. Never throws. */
  redact(sid: string): Promise<RedactOutcome>;
}

const messageJson = z.object({
  sid: z.string(),
  status: z.string(),
  body: z.string().nullish(),
  num_segments: z.string().nullish(),
  error_code: z.number().nullish(),
  date_created: z.string().nullish(),
});
const errorJson = z.object({ code: z.number() });
const pageJson = z.object({ messages: z.array(messageJson), next_page_uri: z.string().nullish() });

function carrierText(json: z.infer<typeof messageJson>): CarrierText {
  const segments = Number(json.num_segments ?? 0);
  const created = json.date_created ? Date.parse(json.date_created) : Number.NaN;
  return {
    sid: json.sid,
    status: json.status,
    body: json.body ?? '',
    segments: segments > 0 ? segments : null,
    errorCode: json.error_code ?? null,
    createdAt: Number.isNaN(created) ? null : created,
  };
}

/** Seconds of a Retry-After header: a count or a date (RFC 9110 §10.2.3). */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) : undefined;
}

/** Parses JSON; null for anything else. Never throws. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const PAGE_SIZE = 100;
const MAX_PAGES = 20;
/** Twilio's clock and ours may differ, so texts are looked for from a little before their claim. */
const CLOCK_SKEW_MS = MINUTE_MS;

/** Twilio's Messages API over raw fetch. Source: twilio.com/docs/messaging/api/message-resource. */
export function createTwilio(
  config: Pick<
    Config,
    | 'TWILIO_SID'
    | 'TWILIO_AUTH'
    | 'TWILIO_KEY_SID'
    | 'TWILIO_KEY_SECRET'
    | 'TWILIO_API_BASE'
    | 'TWILIO_TIMEOUT_SECONDS'
  > &
    SenderSettings,
  now: () => number,
): Sms {
  const messagesPath = `/2010-04-01/Accounts/${config.TWILIO_SID}/Messages.json`;
  const credentials =
    config.TWILIO_KEY_SID && config.TWILIO_KEY_SECRET
      ? `${config.TWILIO_KEY_SID}:${config.TWILIO_KEY_SECRET}`
      : `${config.TWILIO_SID}:${config.TWILIO_AUTH}`;
  const headers = { Authorization: `Basic ${btoa(credentials)}`, Accept: 'application/json' };
  const first = sendersOf(config)[0]!;
  const asSender = ({ from, service }: Pick<Sender, 'from' | 'service'>): Record<string, string> =>
    service === null ? { From: from ?? '' } : { MessagingServiceSid: service };
  const timeout = () => AbortSignal.timeout(config.TWILIO_TIMEOUT_SECONDS * 1000);

  async function send(text: OutgoingText): Promise<SendOutcome> {
    let answer: Response;
    let body: unknown;
    try {
      answer = await fetch(config.TWILIO_API_BASE + messagesPath, {
        method: 'POST',
        headers,
        body: new URLSearchParams({
          To: text.to,
          ...asSender(text.sender ?? first),
          Body: text.body,
          StatusCallback: text.statusCallback,
          ValidityPeriod: String(Math.min(36_000, Math.max(1, Math.floor(text.validitySeconds)))),
        }),
        redirect: 'manual',
        signal: timeout(),
      });
      body = parseJson(await answer.text());
    } catch (error) {
      return {
        kind: 'ambiguous',
        code: error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'network',
      };
    }
    if (answer.ok) {
      const created = messageJson.safeParse(body);
      return created.success
        ? { kind: 'accepted', text: carrierText(created.data) }
        : { kind: 'ambiguous', code: 'unreadable_answer' };
    }
    const named = errorJson.safeParse(body);
    const code = named.success ? named.data.code : null;
    const rule = errorRule(code, answer.status);
    const wait = retryAfter(answer.headers.get('Retry-After'), now());
    return {
      kind: rule.meaning,
      code: String(code ?? `http_${answer.status}`),
      ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
      ...(rule.pausesSender ? { pausesSender: true } : {}),
    };
  }

  async function find({ to, reference, since, except = [] }: Parameters<Sms['find']>[0]) {
    // No date filter: it works on the date sent, which a queued text does not have.
    let path: string | null =
      `${messagesPath}?${new URLSearchParams({ To: to, PageSize: String(PAGE_SIZE) })}`;
    for (let page = 0; path !== null && page < MAX_PAGES; page++) {
      const answer: Response = await fetch(config.TWILIO_API_BASE + path, {
        headers,
        redirect: 'manual',
        signal: timeout(),
      });
      if (!answer.ok) {
        await answer.body?.cancel();
        throw new Error(`The carrier's list answered ${answer.status}`);
      }
      const read = pageJson.safeParse(parseJson(await answer.text()));
      if (!read.success) throw new Error("The carrier's list cannot be read");
      for (const text of read.data.messages.map(carrierText)) {
        if (text.createdAt !== null && text.createdAt < since - CLOCK_SKEW_MS) return null;
        if (text.body.includes(reference) && !except.includes(text.sid)) return text;
      }
      path = read.data.next_page_uri || null;
      // Appended to the host, so `@evil.example` or `.evil.example` would be another one.
      if (path !== null && !path.startsWith('/'))
        throw new Error("The carrier's list goes on at an address that is not its own");
    }
    if (path !== null) throw new Error("The carrier's list was too long to read to its end");
    return null;
  }

  /** An empty body redacts a text that has ended (twilio.com/docs/messaging/api/message-resource, "Redact a Message"). */
  async function redact(sid: string): Promise<RedactOutcome> {
    try {
      const path = messagesPath.replace(/\.json$/, `/${encodeURIComponent(sid)}.json`);
      const answer = await fetch(config.TWILIO_API_BASE + path, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ Body: '' }),
        redirect: 'manual',
        signal: timeout(),
      });
      await answer.body?.cancel();
      if (answer.ok || answer.status === 404) return 'done';
      return answer.status >= 500 || [401, 403, 429].includes(answer.status) ? 'unreached' : 'refused';
    } catch {
      return 'unreached'; // A time-out or a broken connection.
    }
  }

  return { send, find, redact };
}

/** Asks Twilio for three retries after a 5xx, a failed connection or a read time-out. */
export const CONNECTION_OVERRIDES = '#rc=3&rp=5xx,ct,rt';

/**
 * The URL to which Twilio sends receipts. Its fragment configures retries and is not part of the signature.
 * Source: twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
 * @param query identifies the delivery; texts outside the delivery log (codes, confirmations) have none
 */
export function receiptsUrl(
  { PUBLIC_ORIGIN }: Pick<Config, 'PUBLIC_ORIGIN'>,
  query: Record<string, string> = {},
): string {
  const names = new URLSearchParams(query).toString();
  return `${PUBLIC_ORIGIN}/api/sms/status${names === '' ? '' : `?${names}`}${CONNECTION_OVERRIDES}`;
}
