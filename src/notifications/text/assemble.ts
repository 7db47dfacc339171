import { capacityOf, type Encoding, measure, unitsOf } from '../../platform/sms/sms-text.ts';
import { cut } from './quoting.ts';

const STOP = ' Reply STOP to opt out';
const LAST_TODAY = ' (last text for today)';
/** Max. units of a brand; a longer one is cut. */
const BRAND_ROOM = 40;

/** A text ready to be sent. */
export interface Composed {
  body: string;
  encoding: Encoding;
  segments: number;
}

/** Writes the first line within a number of units; null when it does not fit. */
export type Wording = (room: number) => string | null;

/** The same wording, followed by the hint that it is the last text today. */
export function withHint(wording: Wording): Wording {
  return (room) => {
    const line = wording(room - LAST_TODAY.length);
    return line === null ? null : line + LAST_TODAY;
  };
}

/** What {@link assemble} puts together. */
export interface Parts {
  /** Before the brand. */
  start: string;
  brand: string;
  /** The longest first. */
  wordings: readonly Wording[];
  link: string;
  /** Segments. */
  limit: number;
  encoding: Encoding;
}

/**
 * Takes the first wording that fits between brand and link; the brand alone, cut if necessary, when none does.
 * Link and closing sentence are never cut.
 */
export function assemble({ start, brand, wordings, link, limit, encoding }: Parts): Composed {
  const finish = (line: string): Composed => {
    const body = `${line}\n${link}${STOP}`;
    const { segments, encoding: actual } = measure(body);
    return { body, segments, encoding: actual };
  };
  const shortBrand = cut(brand, BRAND_ROOM, encoding) ?? '';
  const head = start + (shortBrand === '' ? '' : `${shortBrand}: `);
  const room = capacityOf(limit, encoding) - unitsOf(`\n${link}${STOP}`, encoding);
  const lines = [
    ...wordings.map(
      (wording): Wording =>
        (free) =>
          prefixed(head, wording(free - unitsOf(head, encoding))),
    ),
    (free: number) => prefixed(start, cut(shortBrand || 'New message', free - start.length, encoding)),
  ];
  for (const line of lines) {
    // Characters at segment borders waste units, so a full room may be too much.
    for (let free = room; free > 0; free--) {
      const written = line(free);
      if (written === null) break;
      const composed = finish(written);
      if (composed.segments <= limit) return composed;
    }
  }
  return finish(start + (shortBrand || 'New message'));
}

function prefixed(head: string, line: string | null): string | null {
  return line === null ? null : head + line;
}
