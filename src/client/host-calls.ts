import { ApiError, type ApiOptions, type CallApi } from './api.ts';
import type { Api, Event } from './api-types.ts';

type Body<R extends keyof Api> = Api[R]['input'] extends { body: infer B } ? B : never;

/** A line of an import: a thing to mirror, with its id inside. */
export type ImportLine =
  | { family: { id: string } & Body<'PUT /api/admin/families/{id}'> }
  | { user: { id: string } & Body<'PUT /api/admin/users/{id}'> }
  | { thread: { id: string } & Body<'PUT /api/admin/threads/{id}'> }
  | {
      message: { id: string; threadId: string } & Omit<
        Body<'POST /api/admin/threads/{id}/messages'>,
        'silent'
      >;
    };

/** What came of a line: `ok` with what the route answers, or the error. `line` counts from 1 over the whole import. */
export type ImportResult =
  | { line: number; ok: true; phoneState?: string; smsEnabled?: boolean; consent?: string; why?: string }
  | { line: number; ok?: undefined; error: string; message: string };

/** What one call takes. */
const MOST_LINES = 1000;
const MOST_BYTES = 4 * 1024 * 1024;

/** Lines as bodies of calls, each within the limits. */
function* bodies(lines: Iterable<ImportLine>): Generator<{ text: string; count: number }> {
  let text = '';
  let bytes = 0;
  let count = 0;
  for (const line of lines) {
    const written = `${JSON.stringify(line)}\n`;
    const size = new TextEncoder().encode(written).length;
    if (count > 0 && (count === MOST_LINES || bytes + size > MOST_BYTES)) {
      yield { text, count };
      [text, bytes, count] = ['', 0, 0];
    }
    text += written;
    bytes += size;
    count += 1;
  }
  if (count > 0) yield { text, count };
}

/**
 * Mirrors any number of families, people, threads and messages (history: nobody is texted), call by call. All of it may be
 * sent again. Families should come before their people, and these before their threads.
 * @returns what came of each line, in their order
 * @throws ApiError when a whole call is refused; what was yielded before it is done
 */
export async function* importLines(
  { origin = '', token, fetch = globalThis.fetch }: ApiOptions,
  lines: Iterable<ImportLine>,
): AsyncGenerator<ImportResult> {
  let before = 0;
  for (const { text, count } of bodies(lines)) {
    const response = await fetch(`${origin}/api/admin/import`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-ndjson',
        ...(token ? { Authorization: `Bearer ${await token()}` } : {}),
      },
      body: text,
    });
    if (!response.ok) {
      const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
      throw new ApiError(response.status, answer, response.headers.get('Retry-After'));
    }
    for (const written of (await response.text()).split('\n').filter(Boolean)) {
      const result = JSON.parse(written) as ImportResult;
      yield { ...result, line: result.line + before };
    }
    before += count;
  }
}

/** A page of events, and the cursor behind it: keep it, and go on from there. */
export interface EventPage {
  events: Event[];
  next: string;
}

/**
 * Reads events page by page until there are none: how to catch up with what no webhook brought.
 * @param after - the `next` of the last page that you have worked off; absent: from the first event that is kept
 * @throws ApiError as the API call does
 */
export async function* eventPages(
  api: CallApi,
  after?: string,
  query: { types?: string; familyId?: string; limit?: number } = {},
): AsyncGenerator<EventPage> {
  for (let cursor = after; ; ) {
    const page: EventPage = await api('GET /api/admin/events', { query: { ...query, after: cursor } });
    if (page.events.length === 0) return;
    yield page;
    cursor = page.next;
  }
}
