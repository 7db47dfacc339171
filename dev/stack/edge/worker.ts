import { env as bindings } from 'cloudflare:workers';
import worker from '../../../src/worker.ts';
import { carrierFetch } from './carrier-fetch.ts';
import { countersOf, type SimpleLimit } from './counters.ts';
import { asSeenFromOutside, compressed } from './headers.ts';

/**
 * What Cloudflare does in front of a Worker, in the Worker's own isolate, for the local stack alone: Miniflare has three
 * isolates of its own for it, which a request passes one after the other. It is an entrypoint beside the Worker's, which
 * stays as it is for queues and crons.
 */

type Env = Parameters<typeof worker.fetch>[1];

/** What `servedWorker` binds. */
const own = bindings as Env & { EDGE_LIMITS: Record<string, SimpleLimit> };

/** One for all requests, so that what is remembered by it is found again. */
const env: Env = { ...own, ...countersOf(own.EDGE_LIMITS) };

/** These paths are the asset service's alone, as `run_worker_first` in wrangler.toml has it. */
const ASSETS = '/assets/';

/** The entrypoint of the stack's port. */
export const Edge = {
  async fetch(request, _, ctx) {
    const isAsset = request.url.startsWith(ASSETS, request.url.indexOf('/', 'http://'.length));
    const answer = await (isAsset
      ? env.ASSETS.fetch(request)
      : worker.fetch(asSeenFromOutside(request) as typeof request, env, ctx));
    return compressed(answer, request.headers.get('Accept-Encoding'));
  },
} satisfies ExportedHandler<Env>;

globalThis.fetch = carrierFetch(globalThis.fetch);

export * from '../../../src/worker.ts';
export { default } from '../../../src/worker.ts';
