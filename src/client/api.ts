import type { Api } from './api-types.ts';
import type { Message } from './socket-frames.ts';
import type { CatchUp } from './thread-cursor.ts';

/** A route of the API, such as `GET /api/threads/{id}`. */
export type Route = keyof Api;

/** What every call may send along. */
interface Extras {
  /** Further headers, such as `Idempotency-Key` or `If-Match`. */
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

type Input<R extends Route> = Api[R]['input'] & Extras;
/** The input may be left out where nothing in it is required. */
type Arguments<R extends Route> = Record<never, never> extends Api[R]['input'] ? [Input<R>?] : [Input<R>];

/** Calls a route. @throws ApiError for any answer but 2xx; what `fetch` throws when there was no answer */
export type CallApi = <R extends Route>(route: R, ...input: Arguments<R>) => Promise<Api[R]['answer']>;

/** An answer that was not 2xx. */
export class ApiError extends Error {
  readonly status: number;
  /** The stable code, such as `thread_not_found`. */
  readonly code: string;
  /** The whole answer, with `details` and the like. */
  readonly answer: Record<string, unknown>;
  /** Seconds until a repeat may succeed; null when the service did not say. */
  readonly retryAfterSeconds: number | null;

  constructor(status: number, answer: Record<string, unknown>, retryAfter: string | null) {
    super(typeof answer.message === 'string' ? answer.message : `The service answered ${status}.`);
    this.name = 'ApiError';
    this.status = status;
    this.code = typeof answer.error === 'string' ? answer.error : 'unknown';
    this.answer = answer;
    this.retryAfterSeconds = retryAfter === null ? null : Number(retryAfter);
  }
}

/** Where the API stands, and who calls it. */
export interface ApiOptions {
  /** `https://portal.example.com`; default: the page's own, where the cookie speaks. */
  origin?: string;
  /** The bearer token, asked for with every call; without it the browser's cookie speaks. */
  token?: () => string | Promise<string>;
  fetch?: typeof fetch;
}

/** What any input looks like at run time. */
interface AnyInput extends Extras {
  params?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
}

/** A client of the HTTP API: one function, typed by the route it is given. */
export function createApi({ origin = '', token, fetch = globalThis.fetch }: ApiOptions = {}): CallApi {
  return async (route, ...[input]) => {
    const { params = {}, query = {}, body, headers, signal }: AnyInput = input ?? {};
    const [method, path] = route.split(' ') as [string, string];
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) search.set(name, String(value));
    }
    const response = await fetch(`${origin}${filled}${search.size > 0 ? `?${search}` : ''}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token ? { Authorization: `Bearer ${await token()}` } : {}),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
    const answer = parse(await response.text());
    if (!response.ok) throw new ApiError(response.status, answer, response.headers.get('Retry-After'));
    return answer as Api[typeof route]['answer'];
  };
}

/** Reads an answer; one that is no JSON object, such as a proxy's page, counts as empty. */
function parse(text: string): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What the live client needs to fill gaps: every message after a `seq`, page by page. */
export function catchUpWith(api: CallApi): CatchUp {
  return async (threadId, after) => {
    const found: Message[] = [];
    let from: number | null = after;
    while (from !== null) {
      const input: Input<'GET /api/threads/{id}/messages'> = {
        params: { id: threadId },
        query: { after: from },
      };
      const page: Api['GET /api/threads/{id}/messages']['answer'] = await api(
        'GET /api/threads/{id}/messages',
        input,
      );
      found.push(...page.messages);
      from = page.next === null ? null : Number(page.next);
    }
    return found;
  };
}

/** What the live client asks when it was refused: whether the sign-in still holds. */
export function mayRetryWith(api: CallApi): () => Promise<boolean> {
  return async () => {
    try {
      await api('GET /api/presence');
      return true;
    } catch (error) {
      return !(error instanceof ApiError && (error.status === 401 || error.status === 403));
    }
  };
}
