import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import { mountHealth } from './admin/health.ts';
import { FamilyMovingError } from './db/client.ts';
import { isOverloaded, isTransient } from './db/retry.ts';
import { knownPerson } from './identity/login/login-cookies.ts';
import { clientOf } from './platform/auth/request-caller.ts';
import { ConfigError } from './platform/config.ts';
import type { Bindings, Deps } from './platform/deps.ts';
import { AppError } from './platform/errors.ts';
import { discardBody } from './platform/http/body.ts';
import type { AppEnv } from './platform/http/endpoint.ts';
import { newRequestId, REQUEST_ID_HEADER, requestFields } from './platform/http/request-id.ts';
import { consoleLog, errorFields, type Log } from './platform/log.ts';
import { once } from './platform/once.ts';
import { errorPage, wantsPage } from './web/error-answer.tsx';

/** The error to answer with for whatever was thrown; what is not the caller's fault is logged. */
function namedError(error: unknown, log: Log): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof FamilyMovingError)
    return new AppError('unavailable', error.message, { retryAfterSeconds: 2 });
  if (error instanceof ConfigError) {
    log.error('settings.wrong', { settings: error.faults.map(({ name }) => name).join(',') });
    return new AppError('unavailable', 'The service is not configured; see /readyz.');
  }
  log.error('request.failed', {
    transient: isTransient(error) || isOverloaded(error),
    ...errorFields(error),
  });
  return new AppError('unavailable', 'Something on our side failed; try again in a moment.', {
    retryAfterSeconds: 2,
  });
}

/** Maps any thrown error to an error answer. */
function errorResponse(thrown: unknown, { log, requestId }: AppEnv['Variables']): Response {
  const error = namedError(thrown, log);
  return Response.json(
    { ...error.toJSON(), requestId },
    { status: error.status, headers: { 'Cache-Control': 'no-store', ...error.headers() } },
  );
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * The error for a request that matched no route: 404, or 405 when the path has other methods (RFC 9110,
 * 15.5.6).
 */
function nothingFor({ router }: Hono<AppEnv>, path: string): AppError {
  const taken = METHODS.filter((method) =>
    router.match(method, path)[0].some(([[, route]]) => route.method === method),
  );
  if (taken.length === 0) return new AppError('not_found', 'There is nothing at this address.');
  const allow = taken.join(', ').replace('GET', 'GET, HEAD');
  return new AppError('method_not_allowed', `This address takes ${allow}.`, { allow });
}

/** What a stranger can make a database answer; each has a limit of its own behind this one, that of all of them together. */
const STRANGERS_PATHS = ['/l/*', '/magic', '/ul/*', '/login/*', '/api/login/*', '/api/links/open'];

/** Where a sign-in begins: it tells nobody whether its number is known, so each counts as if it were in vain. */
const STARTS = /^\/login\/?$|^\/api\/login\/start/;

/** The API's description: static files, served by the Worker so that other methods get a 405. */
const DESCRIPTION = ['/docs', '/openapi.json'];

const CORS_HEADERS = ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match'];

/** The app: adds dependencies, maps errors. The Worker mounts the routes on it. */
export function createApp(depsOf: (env: Bindings, ctx: ExecutionContext, log: Log) => Deps): Hono<AppEnv> {
  // Not strict: a slash at the end makes no other address (docs/decisions.md).
  const app = new Hono<AppEnv>({ strict: false });
  const withDeps: MiddlewareHandler<AppEnv> = async (c, next) => {
    c.set('deps', depsOf(c.env, c.executionCtx as ExecutionContext, c.var.log));
    await next();
    c.var.deps.requestPace.done();
  };
  const answerError = (error: unknown, c: Context<AppEnv>) => {
    const answer = errorResponse(error, c.var);
    return wantsPage(c.req.raw) ? errorPage(c, error, answer) : answer;
  };
  app.onError(answerError);
  app.notFound((c) => answerError(nothingFor(app, c.req.path), c));
  app.use(async (c, next) => {
    const requestId = newRequestId(c.req.raw);
    c.set('requestId', requestId);
    c.set('log', consoleLog(requestFields(c, requestId)));
    await next();
    c.res.headers.set(REQUEST_ID_HEADER, requestId);
  });
  app.use(async (c, next) => {
    await next();
    await discardBody(c.req.raw);
  });
  // Headers that a route sets are kept. Not `no-referrer`: with that Chromium posts our forms with `Origin:
  // null`.
  app.use(
    secureHeaders({
      strictTransportSecurity: 'max-age=31536000',
      referrerPolicy: 'same-origin',
      overwrite: false,
    }),
  );
  // Bearer tokens may come from any origin; the cookie is never sent along (no credentials).
  app.use(
    '/api/*',
    cors({
      origin: '*',
      allowHeaders: CORS_HEADERS,
      exposeHeaders: ['ETag', 'Retry-After', REQUEST_ID_HEADER],
      maxAge: 600,
    }),
  );
  mountHealth(app);
  for (const path of DESCRIPTION) {
    app.get(path, async (c) => {
      const file = await c.env.ASSETS.fetch(c.req.raw);
      // A slash behind it names no file.
      if (file.status === 404) throw new AppError('not_found', 'There is nothing at this address.');
      return new Response(file.body, file);
    });
  }
  app.use(withDeps);
  for (const path of STRANGERS_PATHS) {
    app.use(path, async (c, next) => {
      const { config, edge, now, strangersPace } = c.var.deps;
      const mayPass = once(async () => {
        const userId = await knownPerson(c.req.raw, config, now());
        return userId !== null && (await edge.mayPass(userId));
      });
      const { address } = clientOf(c.req.raw);
      await edge.enter(address, now(), mayPass);
      const turn = await strangersPace.turn(address, mayPass);
      await next();
      turn.settle(c.res.status >= 400 || (c.req.method === 'POST' && STARTS.test(c.req.path)));
    });
  }
  return app;
}
