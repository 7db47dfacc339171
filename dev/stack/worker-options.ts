import path from 'node:path';
import type { V4WorkerOptions } from 'miniflare';
import { type BuiltWorker, builtWorker } from './built-worker.ts';
import type { SimpleLimit } from './edge/counters.ts';
import { deliveryQueues, familyBindings, type LocalQueues } from './family-databases.ts';

/** The name of the stack's own Worker beside the product's. */
export const TOOLS = 'store-tools';

/**
 * The Worker with the bindings of the local stack.
 * @param root the folder of wrangler.toml
 * @param familyDatabases how many of them the local stack has, whatever wrangler.toml binds at Cloudflare
 * @throws StackError when the Worker does not build
 */
export async function describeWorker(root: string, familyDatabases: number): Promise<BuiltWorker> {
  const worker = await builtWorker(root);
  const { d1Databases } = worker.options as { d1Databases: Record<string, { id: string }> };
  return {
    ...worker,
    options: {
      ...worker.options,
      d1Databases: { DB: d1Databases.DB!, ...familyBindings(familyDatabases) },
      ...deliveryQueues(worker.options as unknown as LocalQueues, familyDatabases),
    } as V4WorkerOptions,
  };
}

/** The stack's own Worker, with the databases of the one that it stands beside. */
export const toolsBeside = ({ options, tools }: BuiltWorker): V4WorkerOptions => ({
  name: TOOLS,
  modules: true,
  script: tools,
  compatibilityDate: options.compatibilityDate,
  d1Databases: options.d1Databases,
});

/** What the stack serves. */
export interface ServedOptions {
  /** Where it listens, on 127.0.0.1. */
  port: number;
  /** The Worker's settings. */
  settings: Record<string, unknown>;
  /** Whether its family databases can be taken down: `outages/worker.ts`. */
  outages: boolean;
}

/** The bindings of `edge/carrier-fetch.ts`, for a carrier on this machine. */
function carrierBindings({ TWILIO_API_BASE }: Record<string, unknown>) {
  const [origin, address] = /^http:\/\/(127\.0\.0\.1:\d+)/.exec(String(TWILIO_API_BASE)) ?? [];
  if (!origin || !address) return { bindings: {}, serviceBindings: {} };
  return {
    bindings: { CARRIER_ORIGIN: origin },
    serviceBindings: { CARRIER: { external: { address, http: {} } } },
  };
}

/** The limits that `edge/counters.ts` counts, in place of Miniflare. */
const edgeLimits = (limits: Record<string, { simple: SimpleLimit }>): Record<string, SimpleLimit> =>
  Object.fromEntries(Object.entries(limits).map(([binding, { simple }]) => [binding, simple]));

/** The Worker with its settings, behind the edge, which listens. */
export function servedWorker(
  built: BuiltWorker,
  { port, settings, outages }: ServedOptions,
): V4WorkerOptions {
  const { script, scriptPath, ratelimits, ...rest } = built.options as V4WorkerOptions &
    Record<'script' | 'scriptPath', string> & { ratelimits: Record<string, { simple: SimpleLimit }> };
  const dist = path.dirname(scriptPath);
  const module = (name: string, contents: string) => ({
    type: 'ESModule' as const,
    path: path.join(dist, name),
    contents,
  });
  const served = outages
    ? [module('served.js', built.outages), module('worker.js', script)]
    : [module('served.js', script)];
  const carrier = carrierBindings(settings);
  return {
    ...rest,
    modulesRoot: dist,
    modules: [module('edge.js', built.edge), ...served],
    bindings: {
      ...settings,
      ...carrier.bindings,
      EDGE_LIMITS: edgeLimits(ratelimits),
    } as V4WorkerOptions['bindings'],
    serviceBindings: carrier.serviceBindings,
    // Its port leads past Miniflare's own entry, proxy and asset router.
    unsafeDirectSockets: [{ host: '127.0.0.1', port, entrypoint: 'Edge' }],
  } as V4WorkerOptions;
}
