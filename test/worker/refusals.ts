import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Bindings } from '../../src/platform/deps.ts';
import type { World } from './world.ts';

const { DB } = env as unknown as Bindings;

export const JSON_TYPE = { 'Content-Type': 'application/json' };
export const FORM_TYPE = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** What a request counts against, and tells operators, whether it is refused or not. */
const COUNTERS = ['rate_counters', 'alerts', 'link_opens', 'd1_migrations'];

/** Every row of every table that a refused request must leave alone. */
export async function everything(): Promise<Record<string, unknown[]>> {
  const tables = await DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{
    name: string;
  }>();
  const names = tables.results.map(({ name }) => name).filter((name) => !/^(_cf|sqlite)_/.test(name));
  const kept = names.filter((name) => !COUNTERS.includes(name)).sort();
  const rows = await DB.batch(kept.map((name) => DB.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`)));
  return Object.fromEntries(kept.map((name, i) => [name, rows[i]!.results]));
}

/** A request that is wrong. */
export interface BadRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array | undefined;
  /** The statuses that are right; any refusal when absent. */
  expected?: readonly number[];
}

/** Sends what is wrong; returns the answers that were not a refusal by name. Nothing may have changed. */
export async function refusals(world: World, asks: readonly BadRequest[]): Promise<unknown[]> {
  const before = await everything();
  const faults: unknown[] = [];
  for (const { method, path, headers = {}, body, expected } of asks) {
    const answer = await world.send(method.toUpperCase(), path, { headers, body });
    const text = await answer.text();
    const named = /^\{"error":"[a-z_]+","message":".+/.test(text);
    const right = expected?.includes(answer.status) ?? (answer.status >= 400 && answer.status < 500);
    if (!right || !named) {
      const sent = typeof body === 'string' ? body.slice(0, 80) : body;
      faults.push({
        method,
        path: path.slice(0, 80),
        headers,
        sent,
        status: answer.status,
        text: text.slice(0, 200),
      });
    }
  }
  expect(await everything()).toEqual(before);
  return faults;
}
