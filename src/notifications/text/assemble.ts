import { capacityOf, type Encoding, measure, unitsOf } from '../../platform/sms/sms-text.ts';
import { cut } from './quoting.ts';

const STOP = ' Reply STOP to opt out';
const LAST_TODAY = ' (last text for today)';
/** Units that a brand may take; a longer one is cut. */
const BRAND_ROOM = 40;

/** A text as it goes to the carrier. */
export interface Composed {
  body: string;
  encoding: Encoding;
  segments: number;
}

/** A wording of the first line that fits into so many units, or null when none does. */
export type Wording = (room: number) => string | null;

/** The same wording, followed by the hint that no further text comes today. */
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
  /** The richest first. */
  wordings: readonly Wording[];
  link: string;
  /** Segments. */
  limit: number;
  encoding: Encoding;
}

/**
 * Takes the first wording that fits between the brand and the link; the brand alone, cut if need be, when none does.
 * Link and closing sentence are always whole.
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
    // What falls on the border of two segments wastes units, so that a full room may be too much.
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
