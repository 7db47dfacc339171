import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { q } from '../db/query.ts';
import { linkOpens } from '../db/schema.ts';
import { hot } from '../db/statement.ts';
import type { DeviceKind } from './app-links/device.ts';

/**
 * How a link was opened. `app`: by the app. `store`: by the app, after an installation that the link led to.
 * `web`: in the browser. `expired`: it was too late or used. `bot`: a preview or a crawler looked.
 */
export type OpenOutcome = 'app' | 'store' | 'web' | 'expired' | 'bot';

const dayOf = (now: number) => new Date(now).toISOString().slice(0, 10);

const count = hot<{ day: string; device: DeviceKind; outcome: OpenOutcome }>()(({ day, device, outcome }) =>
  q
    .insert(linkOpens)
    .values({ day, device, outcome, count: 1 })
    .onConflictDoUpdate({
      target: [linkOpens.day, linkOpens.device, linkOpens.outcome],
      set: { count: sql`${linkOpens.count} + 1` },
    }),
);

/**
 * Counts one opening by day, kind of device and outcome; nothing identifies a person.
 * @throws when the database fails
 */
export async function countOpen(
  directory: Db,
  device: DeviceKind,
  outcome: OpenOutcome,
  now: number,
): Promise<void> {
  await directory.run(count({ day: dayOf(now), device, outcome }));
}
