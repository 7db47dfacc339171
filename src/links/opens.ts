import type { Db } from '../db/client.ts';
import { sql } from '../db/sql.ts';
import type { DeviceKind } from './app-links/device.ts';

/**
 * How a link was opened. `app`: by the app. `store`: by the app, after an installation that the link led to.
 * `web`: in the browser. `expired`: it was too late or used. `bot`: a preview or a crawler looked.
 */
export type OpenOutcome = 'app' | 'store' | 'web' | 'expired' | 'bot';

const dayOf = (now: number) => new Date(now).toISOString().slice(0, 10);

/** Counts one opening: a day, a kind of device, an outcome; nothing that leads to a person. */
export async function countOpen(
  directory: Db,
  device: DeviceKind,
  outcome: OpenOutcome,
  now: number,
): Promise<void> {
  await directory.run(sql`
    INSERT INTO link_opens (day, device, outcome, count) VALUES (${dayOf(now)}, ${device}, ${outcome}, 1)
    ON CONFLICT (day, device, outcome) DO UPDATE SET count = count + 1`);
}
