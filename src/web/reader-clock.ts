import type { Hours } from '../platform/clock-words.ts';
import type { PageContext } from './answer.tsx';
import type { WallClock } from './clock.ts';
import { chosenHours, hoursOfLanguage } from './hours.ts';
import { browserZone } from './zone.ts';

const readerHours = (c: PageContext): Hours =>
  chosenHours(c.var.deps.config, c.req.header('Cookie')) ?? hoursOfLanguage(c.req.header('Accept-Language'));

/**
 * The clock by which a page is written: the zone of the browser, else `zone`; the hours that were chosen, else those
 * of the browser's language.
 */
export const readerClock = (c: PageContext, zone: string): WallClock => ({
  zone: browserZone(c.req.header('Cookie')) ?? zone,
  hours: readerHours(c),
});

/** The same for the sentences of the log, which know their person's own zone. */
export const sentenceClock = (c: PageContext): { timeZone: string | undefined; hours: Hours } => ({
  timeZone: browserZone(c.req.header('Cookie')) ?? undefined,
  hours: readerHours(c),
});
