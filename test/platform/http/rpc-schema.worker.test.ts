import type { Hono } from 'hono';
import { hc } from 'hono/client';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type { ThreadJson } from '../../../src/chat/threads.ts';
import type { AppEnv } from '../../../src/platform/http/endpoint.ts';
import type { RpcSchema } from '../../../src/platform/http/rpc-schema.ts';
import type { endpoints } from '../../../src/routes.ts';
import { createWorld, type World } from '../../worker/world.ts';

const ORIGIN = 'https://portal.example.com';
type Api = Hono<AppEnv, RpcSchema<typeof endpoints>>;

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.seed([{ id: 'rosa', name: 'Rosa' }]);
});

/** Hono's typed client of a member, by way of the Worker. */
const clientOf = (id: string) =>
  hc<Api>(ORIGIN, {
    fetch: (input: string | URL | Request, init?: RequestInit) =>
      world.send(init?.method ?? 'GET', String(input).slice(ORIGIN.length), {
        as: world.member(id),
        ...(typeof init?.body === 'string' ? { body: init.body } : {}),
      }),
  });

describe("Hono's typed client over the declared routes", () => {
  it('calls a route with the types of its parameters, body and answer', async () => {
    const { api } = clientOf('rosa');
    const created = await api.threads.$post({ json: { title: 'Dinner', memberIds: [] } });
    const { thread } = await created.json();
    expectTypeOf(thread).toEqualTypeOf<ThreadJson>();
    const answer = await api.threads[':id'].messages.$get({
      param: { id: thread.id },
      query: { limit: '5' },
    });
    expect([created.status, answer.status, (await answer.json()).messages]).toEqual([201, 200, []]);
  });

  it('knows no other paths, bodies or answers, when it is compiled', () => {
    const calls = (): unknown[] => {
      const { api } = clientOf('rosa');
      return [
        // @ts-expect-error: a title is text
        api.threads.$post({ json: { title: 1, memberIds: [] } }),
        // @ts-expect-error: the id is missing
        api.threads[':id'].messages.$get({ query: {} }),
        // @ts-expect-error: there is no such route
        api.nowhere,
      ];
    };
    expect(calls).toBeTypeOf('function');
  });
});
