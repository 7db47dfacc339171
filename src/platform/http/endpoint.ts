import type { Context, Hono } from 'hono';
import type * as z from 'zod';
import { bearsCookie, type Caller, type ClaimedCaller, identify } from '../auth/caller.ts';
import type { ServiceScope } from '../auth/host-token.ts';
import {
  type Client,
  clientOf,
  credentialsOf,
  refuseForeignPages,
  requireKnown,
  requireOurOrigin,
  requirePerson,
  requireService,
  type ServiceCaller,
  withRollingCookie,
} from '../auth/request-caller.ts';
import type { Bindings, Deps } from '../deps.ts';
import type { ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { check, readJson } from './body.ts';

/** The Hono environment of the app: bindings, and what the first middlewares set. */
export interface AppEnv {
  Bindings: Bindings;
  Variables: { deps: Deps; requestId: string; log: Log };
}

/**
 * Who may call.
 * - `public`: anyone.
 * - `user`: a person, looked up in the database.
 * - `claimed`: a person by their token's signature; the handler checks the rest in its own round trip.
 * - `service`: the host application itself, by a token or key that has the route's scope.
 */
export type Audience = 'public' | 'user' | 'claimed' | 'service';

interface CallerOf {
  public: null;
  user: Caller;
  claimed: ClaimedCaller;
  service: ServiceCaller;
}

/** A handler's input, authenticated and validated. */
export interface Input<W extends Audience, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  deps: Deps;
  caller: CallerOf[W];
  client: Client;
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
  request: Request;
}

/**
 * One route: who may call it, its input, its answer, and its handler. The OpenAPI document and the client's types
 * are made from the same declarations. {@link Endpoint} is the type of any route; a declared one keeps its own.
 */
export interface DeclaredEndpoint<
  Method extends 'get' | 'post' | 'put' | 'patch' | 'delete',
  Path extends string,
  W extends Audience,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends z.ZodType,
> {
  method: Method;
  /** OpenAPI form: `/api/threads/{id}`. */
  path: Path;
  who: W;
  /** What a service's token or key must have; without it, all scopes. */
  scope?: ServiceScope;
  summary: string;
  /** What a summary cannot hold, in plain words or CommonMark. */
  description?: string;
  tag: string;
  params?: P;
  query?: Q;
  body?: B;
  /** An absent body counts as `{}`. */
  optionalBody?: boolean;
  /** A body that is not JSON, which the handler reads itself. */
  rawBody?: { mediaType: string; description: string };
  /** Max. size of the body in bytes, where it is not the usual one. */
  maxBodyBytes?: number;
  /** Request headers worth documenting. */
  headers?: Record<string, string>;
  /** JSON, unless `mediaType` says otherwise. The schema is built when the API is described, and never for an answer. */
  answer: { status: number; description: string; mediaType?: string; schema?: () => A };
  /** Errors beyond those that any route can answer. */
  errors?: ErrorCode[];
  /** @throws AppError one of `errors`, or one that any route can answer */
  handle(input: Input<W, P, Q, B>): Promise<Response> | Response;
}

/** Any route. */
export type Endpoint = DeclaredEndpoint<
  'get' | 'post' | 'put' | 'patch' | 'delete',
  string,
  Audience,
  z.ZodType,
  z.ZodType,
  z.ZodType,
  z.ZodType
>;

/** Declares a route: infers the types of its parts and keeps them. */
export function endpoint<
  const Method extends Endpoint['method'],
  const Path extends string,
  W extends Audience,
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  A extends z.ZodType = z.ZodType,
>(definition: DeclaredEndpoint<Method, Path, W, P, Q, B, A>): DeclaredEndpoint<Method, Path, W, P, Q, B, A> {
  return definition;
}

/** A JSON answer that caches must not store, because answers are personal. */
export function jsonResponse(data: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return Response.json(data, { status, headers: { 'Cache-Control': 'no-store', ...headers } });
}

async function resolveCaller(
  { who, scope }: Pick<Endpoint, 'who' | 'scope'>,
  request: Request,
  deps: Deps,
): Promise<Caller | ClaimedCaller | ServiceCaller | null> {
  const credentials = credentialsOf(request);
  if (who === 'public') {
    if (bearsCookie(credentials, deps.config)) requireOurOrigin(request, deps);
    else refuseForeignPages(request, deps);
    return null;
  }
  const identity = await identify(credentials, deps);
  if (who === 'service') return await requireService(identity, scope, deps);
  const claimed = requirePerson(identity);
  if (claimed.via === 'cookie') requireOurOrigin(request, deps);
  return who === 'claimed' ? claimed : await requireKnown(claimed, deps);
}

async function run(definition: Endpoint, c: Context<AppEnv>): Promise<Response> {
  const { deps } = c.var;
  const request = c.req.raw;
  const caller = await resolveCaller(definition, request, deps);
  // An empty query parameter (`?limit=&cursor=`) counts as absent.
  const query = Object.fromEntries(
    [...new URL(request.url).searchParams].filter(([, value]) => value !== ''),
  );
  const response = await definition.handle({
    deps,
    caller,
    client: clientOf(request),
    params: definition.params ? check(definition.params, c.req.param(), 'path') : undefined,
    query: definition.query ? check(definition.query, query, 'query') : undefined,
    body: definition.body
      ? await readJson(request, definition.body, {
          optional: definition.optionalBody ?? false,
          maxBytes: definition.maxBodyBytes,
        })
      : undefined,
    request,
  });
  return await withRollingCookie(response, caller, deps);
}

/**
 * Mounts routes: authenticates the caller, validates the input, calls the handler. What they throw is mapped to
 * answers by the app's error handler.
 */
export function mount(app: Hono<AppEnv>, endpoints: readonly Endpoint[]): void {
  for (const definition of endpoints) {
    const path = definition.path.replace(/\{(\w+)\}/g, ':$1');
    app.on(definition.method.toUpperCase(), path, (c) => run(definition, c));
  }
}
