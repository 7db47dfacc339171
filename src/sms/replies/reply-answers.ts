import { redact } from '../../notifications/text/redact.ts';
import { brandedText, gsm7Line } from '../../platform/sms/one-segment.ts';
import { cutText, type Encoding, isFoldable, measure } from '../../platform/sms/sms-text.ts';

/** Max. units of a brand, and max. and min. units of a title. */
const BRAND_ROOM = { 'GSM-7': 40, 'UCS-2': 20 };
const TITLE_ROOM = 40;
const LEAST_TITLE = 8;
const UNTITLED = 'Chat';

/**
 * Asks which conversation a text was for: `… Reply 1 for Sunday dinner, 2 for Camping.`. One segment; a second one
 * where a title is in a script that does not fold to GSM-7.
 * @param titles - at most four, in the order of their numbers
 */
export function whichThread({ brand, titles }: { brand: string; titles: readonly string[] }): string {
  const encoding: Encoding = [brand, ...titles].every(isFoldable) ? 'GSM-7' : 'UCS-2';
  const line = (text: string) =>
    encoding === 'GSM-7' ? gsm7Line(text) : text.replace(/[\s\p{C}]+/gu, ' ').trim();
  const name = cutText(line(brand), BRAND_ROOM[encoding], encoding) ?? '';
  const lines = titles.map((title) => redact(line(title)));
  const write = (room: number) => {
    const choices = lines.map((title, n) => `${n + 1} for ${cutText(title, room, encoding) || UNTITLED}`);
    return `${name}: which conversation is this for? Reply ${choices.join(', ')}.`;
  };
  const limit = encoding === 'GSM-7' ? 1 : 2;
  for (let room = TITLE_ROOM; room > LEAST_TITLE; room--) {
    const text = write(room);
    if (measure(text).segments <= limit) return text;
  }
  return write(LEAST_TITLE);
}

/** Says that a text reached nobody, and where to write instead. `address`: the portal's list of threads. */
export function reachedNobody({ brand, address }: { brand: string; address: string }): string {
  return brandedText(brand, [
    `: your text reached nobody, since it answers none of ours from the last day. Please write at ${address}`,
    `: your text reached nobody. Please write at ${address}`,
  ]);
}
