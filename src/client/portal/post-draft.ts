import { ifReached, reach, readAnswer, readRefusal } from './reach.ts';
import type { Draft } from './tab-store.ts';

/** What became of an attempt. */
export type PostOutcome =
  | { sent: true; seq: number }
  /** `again`: the same request may succeed later, by itself; `afterMs` when the server said when. */
  | { sent: false; again: boolean; afterMs: number | null; message: string };

const OFFLINE = 'Not sent yet: no connection. It goes by itself.';
/** Who wrote too much for a minute, or to too many, waits by the page; for a day, by themselves. */
const PATIENCE_S = 120;
const TOO_FAST = 'That was a lot for one minute. This message is kept, and sends itself within the next.';
const TOO_MANY = 'That was a lot at once. This message is kept, and sends itself in about a minute.';

/** Sends a draft once. */
export async function postDraft(threadId: string, { key, ...message }: Draft): Promise<PostOutcome> {
  const posted = () =>
    fetch(`/api/threads/${encodeURIComponent(threadId)}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(20_000),
    });
  const response = await ifReached(reach(posted));
  if (!response) return { sent: false, again: true, afterMs: null, message: OFFLINE };
  if (response.ok) {
    const { message } = (await readAnswer(response)) as { message?: { seq?: number } };
    return { sent: true, seq: message?.seq ?? 0 }; // It is sent, whatever came back.
  }
  const wait = Number(response.headers.get('Retry-After'));
  if (response.status === 429 && wait > 0 && wait <= PATIENCE_S) {
    return { sent: false, again: true, afterMs: wait * 1000, message: wait <= 60 ? TOO_FAST : TOO_MANY };
  }
  const reason = await readRefusal(response, 'The message could not be sent.');
  return {
    sent: false,
    again: response.status >= 500,
    afterMs: wait > 0 ? wait * 1000 : null,
    message:
      response.status === 429
        ? `${reason} This message is kept here${wait > 0 ? ' until then' : ''}.`
        : reason,
  };
}
