/** A message on its way. */
export interface Draft {
  /** Idempotency-Key: however often it is sent, it is one message. */
  key: string;
  body: string;
  fileIds: string[];
  urgent: boolean;
}

/** What became of an attempt. */
export type Outcome =
  | { sent: true }
  /** `again`: the same request may succeed later; `afterMs` when the server said when. */
  | { sent: false; again: boolean; afterMs: number | null; message: string };

const OFFLINE = 'Not sent yet: no connection.';

/** Sends a draft once. */
export async function post(threadId: string, { key, ...message }: Draft): Promise<Outcome> {
  let response: Response;
  try {
    response = await fetch(`/api/threads/${encodeURIComponent(threadId)}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(20_000),
    });
  } catch {
    return { sent: false, again: true, afterMs: null, message: OFFLINE };
  }
  if (response.ok) {
    await response.body?.cancel(); // An answer that nobody reads holds its connection.
    return { sent: true };
  }
  const answer: unknown = await response.json().catch(() => null);
  const known = typeof answer === 'object' && answer !== null && 'message' in answer;
  const wait = Number(response.headers.get('Retry-After'));
  return {
    sent: false,
    again: response.status >= 500,
    afterMs: wait > 0 ? wait * 1000 : null,
    message: known ? String(answer.message) : 'The message could not be sent.',
  };
}

/** Drafts that are not sent yet, kept by the tab so that a reload loses nothing. */
export class OutboxStore {
  readonly #name: string;

  constructor(threadId: string) {
    this.#name = `fcs-outbox:${threadId}`;
  }

  read(): Draft[] {
    try {
      const list: unknown = JSON.parse(sessionStorage.getItem(this.#name) ?? '[]');
      return Array.isArray(list) ? (list as Draft[]) : [];
    } catch {
      return []; // Storage is forbidden here; the page itself still keeps them.
    }
  }

  write(drafts: readonly Draft[]): void {
    try {
      if (drafts.length > 0) sessionStorage.setItem(this.#name, JSON.stringify(drafts));
      else sessionStorage.removeItem(this.#name);
    } catch {
      // As above.
    }
  }
}
