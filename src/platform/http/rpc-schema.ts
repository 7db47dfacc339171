import type { StatusCode } from 'hono/utils/http-status';
import type * as z from 'zod';
import type { Endpoint } from './endpoint.ts';

/** `/api/threads/{id}` as Hono writes it: `/api/threads/:id`. */
type HonoPath<Path extends string> = Path extends `${infer Before}{${infer Name}}${infer After}`
  ? `${Before}:${Name}${HonoPath<After>}`
  : Path;

/** One part of a request; nothing for a route that declares none. */
type Part<Name extends string, Schema> = z.ZodType extends Schema
  ? unknown
  : Schema extends z.ZodType
    ? { [N in Name]: z.input<Schema> }
    : unknown;

// No interface: Hono's client asks for an implicit index signature.
type Route<E extends Endpoint> = {
  input: Part<'param', NonNullable<E['params']>> &
    Part<'query', NonNullable<E['query']>> &
    Part<'json', NonNullable<E['body']>>;
  output: z.output<ReturnType<NonNullable<E['answer']['schema']>>>;
  outputFormat: 'json';
  status: StatusCode;
};

/** Those of a union of routes that stand at a path. */
type At<E extends Endpoint, Path extends string> = E extends Endpoint
  ? HonoPath<E['path']> extends Path
    ? E
    : never
  : never;

/**
 * Declared routes as the schema of Hono's typed client: `hc<Hono<AppEnv, RpcSchema<typeof endpoints>>>(origin)` calls
 * them with their own types (https://hono.dev/docs/guides/rpc).
 */
export type RpcSchema<E extends readonly Endpoint[]> = {
  [Path in HonoPath<E[number]['path']>]: {
    [R in At<E[number], Path> as `$${R['method']}`]: Route<R>;
  };
};
