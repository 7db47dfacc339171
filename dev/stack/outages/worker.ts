import worker, { Family as RealFamily, SenderPace, ServiceBudget } from '../../../src/worker.ts';
import { failingDatabase, type Outage } from './failing-database.ts';

/**
 * The Worker, with family databases that can be taken down from outside: DATABASE_OUTAGES_URL answers the outages by
 * binding. For the local stack alone; nothing in `src/` knows of it.
 */

type Env = Parameters<typeof worker.fetch>[1] & { DATABASE_OUTAGES_URL: string };

/** For how long an answer is taken for true, ms: an outage begins and ends that much later at the most. */
const KEPT_MS = 50;

let outages: Record<string, Outage> = {};
let askedAt = 0;

async function outageOf(url: string, binding: string): Promise<Outage | null> {
  if (Date.now() - askedAt >= KEPT_MS) {
    askedAt = Date.now(); // The others go by the last answer meanwhile.
    outages = await (await fetch(url)).json();
  }
  return outages[binding] ?? null;
}

const wrapped = new WeakMap<Env, Env>();

/** The same environment for every invocation, so that what is remembered by its bindings is found again. */
function withOutages(env: Env): Env {
  const known = wrapped.get(env);
  if (known) return known;
  const failing = Object.entries(env)
    .filter(([binding]) => /^FAMILY_DB_\d+$/.test(binding))
    .map(([binding, database]) => {
      const ask = () => outageOf(env.DATABASE_OUTAGES_URL, binding);
      return [binding, failingDatabase(database as unknown as D1Database, ask)];
    });
  const made = { ...env, ...Object.fromEntries(failing) };
  wrapped.set(env, made);
  return made;
}

export { SenderPace, ServiceBudget };

export class Family extends RealFamily {
  constructor(state: DurableObjectState, env: Env) {
    super(state, withOutages(env));
  }
}

export default {
  fetch: (request, env, ctx) => worker.fetch(request, withOutages(env), ctx),
  queue: (batch, env, ctx) => worker.queue(batch, withOutages(env), ctx),
  scheduled: (event, env, ctx) => worker.scheduled(event, withOutages(env), ctx),
} satisfies ExportedHandler<Env>;
