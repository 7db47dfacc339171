import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { draw } from '../simulator/draw.ts';
import type { Outage } from '../stack/outages/failing-database.ts';
import { rest } from './rest.ts';

/** Takes the family databases of a stack down: from this process, so that an outage survives the stack's. */
export interface Outages {
  /** The settings with which the stack asks for them. */
  settings: Readonly<Record<string, string>>;
  /** Takes one database down, such as `d1:0`, and all others up; null: all are up. */
  set(store: string | null, outage?: Outage): void;
  close(): Promise<void>;
}

/** Silent before any effect: whoever waits for it waits for as long as they have patience. */
export const SILENT: Outage = { when: 'before', message: null };

/** What D1 throws. Source: Cloudflare's "D1 error list". */
const MESSAGES = [
  'D1_ERROR: Network connection lost.',
  'D1_ERROR: internal error',
  'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
  null,
];

/** Every way in which a database goes down. */
const WAYS: readonly Outage[] = MESSAGES.flatMap((message) => [
  { when: 'before', message },
  { when: 'after', message },
]);

/** Starts with every database up. */
export async function startOutages(): Promise<Outages> {
  let down: Record<string, Outage> = {};
  const server = createServer((_, response) => response.end(JSON.stringify(down)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    settings: { DATABASE_OUTAGES_URL: `http://127.0.0.1:${port}/` },
    set(store, outage = SILENT) {
      down = store === null ? {} : { [store.replace('d1:', 'FAMILY_DB_')]: outage };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Takes one database after the other down, for half a second to three, until the signal; then all are up.
 * @returns how each was down, in order
 */
export async function takeDown(
  outages: Pick<Outages, 'set'>,
  stores: readonly string[],
  seed: number,
  over: AbortSignal,
): Promise<string[]> {
  const had: string[] = [];
  while (await rest(500 + 2500 * draw(seed, `outage:${had.length}:after`), over)) {
    const pick = <T>(from: readonly T[], what: string): T =>
      from[Math.floor(draw(seed, `outage:${had.length}:${what}`) * from.length)]!;
    const store = pick(stores, 'store');
    const outage = pick(WAYS, 'way');
    const lasts = 500 + 2500 * draw(seed, `outage:${had.length}:lasts`);
    had.push(`${outage.message ?? 'silent'} ${outage.when} the effect`);
    outages.set(store, outage);
    await rest(lasts, over);
    outages.set(null);
  }
  return had;
}
