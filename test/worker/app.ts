import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { createApp } from '../../src/app.ts';
import type { Bindings } from '../../src/platform/deps.ts';
import { type Endpoint, mount } from '../../src/platform/http/endpoint.ts';
import type { TestDeps } from './deps.ts';
import { expectDescribed } from './described.ts';
import { hostToken } from './people.ts';

/** A request of a test. */
export interface Ask {
  method?: string;
  /** JSON, or a text as it is. */
  body?: unknown;
  /** Who asks, by a host application's token. */
  as?: { userId: string; familyId: string };
  /** A session token, in the cookie of a browser. */
  cookie?: string;
  /** A session token, as a bearer. */
  bearer?: string;
  headers?: Record<string, string>;
  address?: string;
}

/** What came back; `body` is the JSON, or null. */
export interface Told {
  status: number;
  body: Record<string, unknown> & { error?: string };
  headers: Headers;
}

/** The app over test dependencies, with some of its routes. */
export function testApp(
  deps: TestDeps,
  endpoints: readonly Endpoint[],
  more?: (app: ReturnType<typeof createApp>) => void,
) {
  const app = createApp(() => deps);
  mount(app, endpoints);
  more?.(app);
  return async (path: string, ask: Ask = {}): Promise<Told> => {
    const { method = ask.body === undefined ? 'GET' : 'POST', as, cookie, bearer, body } = ask;
    const token = as ? await hostToken(as.userId, as.familyId) : bearer;
    const headers = new Headers({
      'CF-Connecting-IP': ask.address ?? '203.0.113.7',
      'User-Agent': 'test',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(cookie ? { Cookie: `__Host-fcs_session=${cookie}`, Origin: deps.config.PUBLIC_ORIGIN } : {}),
      ...ask.headers,
    });
    const request = new Request(`${deps.config.PUBLIC_ORIGIN}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = await app.fetch(request, env as unknown as Bindings, createExecutionContext());
    const text = await answer.text();
    const isJson = answer.headers.get('Content-Type')?.includes('json') ?? false;
    if (isJson) expectDescribed(method, path, answer.status, JSON.parse(text));
    return { status: answer.status, body: isJson ? JSON.parse(text) : { text }, headers: answer.headers };
  };
}
