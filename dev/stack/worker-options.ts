import type { V4WorkerOptions } from 'miniflare';
import { type BuiltWorker, builtWorker } from './built-worker.ts';
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

/** The same Worker behind one whose family databases can be taken down: `outages/worker.ts`. */
export function withOutages({ options, outages }: BuiltWorker): V4WorkerOptions {
  const {
    script,
    scriptPath: _,
    ...rest
  } = options as V4WorkerOptions & { script: string; scriptPath: string };
  const modules = [
    { type: 'ESModule', path: 'outages.js', contents: outages },
    { type: 'ESModule', path: 'worker.js', contents: script },
  ];
  return { ...rest, modules } as V4WorkerOptions;
}
