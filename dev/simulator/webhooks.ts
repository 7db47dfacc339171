import { randomUUID } from 'node:crypto';
import { connectionOverrides, type Failure } from './connection-overrides.ts';
import { signature, withoutFragment } from './signature.ts';

/** One post to the application, as it went. */
export type WebhookRecord = {
  seq: number;
  kind: 'status' | 'inbound';
  /** The public URL that was signed, without fragment. */
  url: string;
  params: Readonly<Record<string, string>>;
  headers: Readonly<Record<string, string>>;
  /** `held`: recorded and signed, but left to the test to deliver. */
  outcome: 'pending' | 'ok' | 'failed' | 'held';
  /** HTTP status of each attempt, or what kept it from having one. */
  attempts: (number | 'ct' | 'rt')[];
  /** The last answer. */
  answer: { contentType: string; body: string } | null;
};

/** What the poster needs to know of the account and the application, read anew for each post. */
export type WebhookSettings = {
  authToken: string;
  publicOrigin: string;
  /** Where the application really listens, when that is not its public origin. */
  appOrigin: string;
  webhooks: 'post' | 'hold';
};

/** Posts signed webhooks and remembers them. */
export type WebhookPoster = {
  /** Resolves when the post has succeeded, or was given up. */
  post: (
    kind: WebhookRecord['kind'],
    url: string,
    params: Readonly<Record<string, string>>,
  ) => Promise<WebhookRecord>;
  all: () => readonly WebhookRecord[];
  clear: () => void;
  /** Gives up everything under way. */
  close: () => void;
};

const RETRY_PAUSE_MS = 100;
const REMEMBERED = 20_000;

/** Sorts a failed attempt into what a retry policy speaks of; null is success. */
function failureOf(result: number | 'ct' | 'rt'): Failure | null {
  if (result === 'ct' || result === 'rt') return result;
  if (result >= 500) return '5xx';
  return result >= 400 || result < 200 || result >= 300 ? '4xx' : null;
}

/** Builds a poster; `settings` is asked at each post, so that a changed token or origin counts at once. */
export function createWebhookPoster(settings: () => WebhookSettings): WebhookPoster {
  const closing = new AbortController();
  let records: WebhookRecord[] = [];
  let seq = 0;

  async function attempt(record: WebhookRecord, timeoutMs: number): Promise<number | 'ct' | 'rt'> {
    const { publicOrigin, appOrigin } = settings();
    const target = record.url.startsWith(publicOrigin)
      ? appOrigin + record.url.slice(publicOrigin.length)
      : record.url;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const answer = await fetch(target, {
        method: 'POST',
        headers: record.headers,
        body: new URLSearchParams(record.params).toString(),
        redirect: 'manual',
        signal: AbortSignal.any([timeout, closing.signal]),
      });
      record.answer = { contentType: answer.headers.get('content-type') ?? '', body: await answer.text() };
      return answer.status;
    } catch {
      return timeout.aborted ? 'rt' : 'ct';
    }
  }

  return {
    post: async (kind, url, params) => {
      const { authToken, webhooks } = settings();
      const overrides = connectionOverrides(url);
      seq += 1;
      const record: WebhookRecord = {
        seq,
        kind,
        url: withoutFragment(url),
        params,
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
          'user-agent': 'TwilioProxy/1.1',
          'i-twilio-idempotency-token': randomUUID(),
          'x-twilio-signature': signature(authToken, url, params),
        },
        outcome: webhooks === 'hold' ? 'held' : 'pending',
        attempts: [],
        answer: null,
      };
      records.push(record);
      if (records.length > REMEMBERED) records = records.slice(-REMEMBERED);
      if (record.outcome === 'held') return record;

      const end = Date.now() + overrides.totalTimeMs;
      for (let tries = 0; tries <= overrides.retries && !closing.signal.aborted; tries += 1) {
        if (tries > 0) await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS * tries));
        const left = Math.min(overrides.readTimeoutMs, end - Date.now());
        if (left <= 0) break;
        const result = await attempt(record, left);
        record.attempts.push(result);
        const failure = failureOf(result);
        record.outcome = failure === null ? 'ok' : 'failed';
        if (failure === null || !overrides.retryOn.has(failure)) break;
      }
      return record;
    },
    all: () => records,
    clear: () => {
      records = [];
    },
    close: () => closing.abort(),
  };
}
