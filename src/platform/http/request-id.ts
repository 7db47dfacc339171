import type { Context } from 'hono';
import { routePath } from 'hono/route';
import type { LogFields } from '../log.ts';

/** The header that carries a request's id in every answer. */
export const REQUEST_ID_HEADER = 'X-Request-Id';

const RAY_ID = /^[\w-]{1,64}$/;

/**
 * A new id for a request: Cloudflare's ray id where there is one (`CF-Ray`, which callers cannot set through
 * Cloudflare), so that its logs and ours name the same thing; else a random UUID. A caller's own `X-Request-Id` is not
 * taken: it could repeat.
 */
export function newRequestId({ headers }: Request): string {
  const ray = headers.get('CF-Ray') ?? '';
  return RAY_ID.test(ray) ? ray : crypto.randomUUID();
}

/**
 * What every log line of a request says about it. `route` is the pattern that matched, never the path, which can hold a
 * secret (`/l/:code`); it is `/*` for an address that no route takes.
 */
export const requestFields = (c: Context, requestId: string): LogFields => ({
  requestId,
  method: c.req.method,
  route: routePath(c, -1),
});
