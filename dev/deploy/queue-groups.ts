import { groupOfStore, queueBinding } from '../../src/platform/queue-groups.ts';
import { StackError } from '../stack/stack-error.ts';
import type { RunWrangler } from './run-wrangler.ts';

/** A queue that wrangler.toml binds, as wrangler reads it. */
export type BoundQueue = { binding: string; queue: string };

/** Consumers at once of all queues of deliveries together: six requests each, below the hundred or so that Twilio takes. */
const ALL_AT_ONCE = 16;

const section = (binding: string, first: string, queue: string) => `
[[queues.producers]]
queue = "${queue}"
binding = "${binding}"

[[queues.consumers]]
queue = "${queue}"
max_batch_size = 100
max_batch_timeout = 0
max_concurrency = 1
max_retries = 5
dead_letter_queue = "${first}-dead"
`;

/**
 * Shares the consumers out among the queues of deliveries: what counts at Twilio is their sum. It stays what it was, where
 * somebody has raised it.
 * @param toml the text of wrangler.toml
 * @param first the name of the first queue of deliveries
 */
export function shareConsumers(toml: string, first: string): string {
  const consumer = new RegExp(
    `(\\[\\[queues\\.consumers\\]\\]\\s+queue = "${first}(?:-\\d+)?"[^[]*?max_concurrency = )(\\d+)`,
    'g',
  );
  const found = [...toml.matchAll(consumer)].map(([, , count]) => Number(count));
  const all = found.reduce((sum, count) => sum + count, 0);
  const each = Math.max(1, Math.floor(Math.max(ALL_AT_ONCE, all) / found.length));
  return toml.replaceAll(consumer, (_, before: string) => `${before}${each}`);
}

/** Makes a queue; one that is there already, from an attempt before, is as good. @throws StackError */
async function makeQueue(wrangler: RunWrangler, name: string): Promise<void> {
  try {
    await wrangler(['queues', 'create', name], true);
  } catch (error) {
    if (!(error instanceof StackError && /already (exists|taken)|11009/i.test(error.message))) throw error;
  }
}

/**
 * Makes and binds the queue of each group of these stores that has none yet.
 * @param bound the producers that wrangler.toml has
 * @param edit changes wrangler.toml
 * @throws StackError when wrangler fails
 */
export async function addQueues(
  stores: readonly string[],
  bound: readonly BoundQueue[],
  wrangler: RunWrangler,
  edit: (change: (toml: string) => string) => Promise<void>,
  say: (line: string) => void,
): Promise<void> {
  const first = bound.find(({ binding }) => binding === 'DELIVERIES')?.queue ?? 'fcs-deliveries';
  const groups = [...new Set(stores.flatMap((store) => groupOfStore(store) ?? []))];
  for (const group of groups) {
    const binding = queueBinding(group);
    if (bound.some((queue) => queue.binding === binding)) continue;
    const name = `${first}-${group}`;
    say(`Making the queue ${name}`);
    await makeQueue(wrangler, name);
    await edit((toml) => shareConsumers(toml + section(binding, first, name), first));
  }
}
