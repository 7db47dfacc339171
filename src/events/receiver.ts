import type { Config } from '../platform/config.ts';
import { errorFields } from '../platform/log.ts';
import type { EventJson } from './event-data.ts';
import { webhookHeaders } from './sign-webhook.ts';

/** Max. duration of a request. */
const TIMEOUT_MS = 10_000;
/** How long a receiver is sent nothing that answers 429 without a Retry-After. */
const TOO_MANY_MS = 60_000;

/** What came of handing an event over; `gone`: the receiver wants no more (410). */
export type Handover =
  | { kind: 'taken' }
  | { kind: 'gone' }
  | { kind: 'failed'; error: string; retryAfterMs: number | null };

/** `Retry-After` in ms, of seconds or a date (RFC 9110, 10.2.3); null without one. */
function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** Posts one event to the receiver. Follows no redirect. Never throws. */
export async function handOverEvent(
  config: Pick<Config, 'EVENTS_URL' | 'EVENTS_SECRET' | 'EVENTS_SECRET_PREVIOUS'>,
  { id, type, timestamp, data }: EventJson,
  now: number,
): Promise<Handover> {
  const { EVENTS_URL: url, EVENTS_SECRET: secret, EVENTS_SECRET_PREVIOUS: previous } = config;
  if (!url || !secret) return { kind: 'failed', error: 'not set', retryAfterMs: null };
  const body = JSON.stringify({ type, timestamp, data });
  const secrets = previous ? [secret, previous] : [secret];
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(await webhookHeaders(secrets, { id, body, at: now })),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body?.cancel();
    if (answer.status >= 200 && answer.status < 300) return { kind: 'taken' };
    if (answer.status === 410) return { kind: 'gone' };
    const unsaid = answer.status === 429 ? TOO_MANY_MS : null;
    const retryAfterMs = retryAfter(answer.headers.get('Retry-After'), now) ?? unsaid;
    return { kind: 'failed', error: `HTTP ${answer.status}`, retryAfterMs };
  } catch (error) {
    const { error: name, cause } = errorFields(error); // `Error` alone says nothing.
    return { kind: 'failed', error: name === 'Error' ? cause : name, retryAfterMs: null };
  }
}
