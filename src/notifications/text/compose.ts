import { type Encoding, foldToGsm7, isFoldable, measure, unitsOf } from '../../platform/sms/sms-text.ts';
import { assemble, type Composed, type Wording, withHint } from './assemble.ts';
import { cut, oneLine, quotable } from './quoting.ts';

/** Max. characters of a message that are checked for the encoding; more never fits. */
const DECISIVE_LENGTH = 320;

/** The content of a notification. */
export interface NotificationInput {
  brand: string;
  /** Distinct names, the author of the newest message first. */
  senders: readonly string[];
  /** The number of messages that this text covers. */
  count: number;
  /** It covers more than `count`. */
  more?: boolean;
  /** The newest of them, or null when it is not known. */
  newest: { body: string; fileCount: number } | null;
  /** `full`: sender and words; `sender`: no words; `none`: neither. */
  preview: 'full' | 'sender' | 'none';
  urgent: boolean;
  link: string;
  /** `MAX_SEGMENTS`; texts in a script that does not fold to GSM-7 may take one more. */
  maxSegments: number;
  /** The last text today: says so, if there is room. */
  lastToday?: boolean;
}

/**
 * Writes the text about one or several messages: brand, sender, as much of the newest message as fits, link,
 * how to stop. Link and closing sentence are never cut; if they alone exceed the segments, the text is longer.
 */
export function composeNotification(notification: NotificationInput): Composed {
  const { brand, preview, newest, senders, link } = notification;
  const author = preview === 'none' ? '' : (senders[0] ?? '');
  const body = preview === 'full' && newest ? newest.body : '';
  const encoding = encodingOf([brand, author, body.slice(0, DECISIVE_LENGTH)], link);
  const composed = write(notification, encoding);
  if (encoding === 'GSM-7' || needsUcs2(composed, notification)) return composed;
  // The part that needed UCS-2 did not fit, and the rest folds.
  return write(isFoldable(body) ? notification : { ...notification, newest: null }, 'GSM-7');
}

function write(notification: NotificationInput, encoding: Encoding): Composed {
  const { senders, newest, preview, lastToday } = notification;
  const count = Math.max(1, Math.floor(notification.count), senders.length);
  const many = notification.more ? `${count}+` : String(count);
  const anonymous = count > 1 ? `${many} new messages` : 'You have a new message';
  const unnamed: Wording = (room) => (anonymous.length <= room ? anonymous : null);
  const wordings = [unnamed];
  if (preview !== 'none') {
    const shown = preview === 'full' ? newest : null;
    const name = quotable(senders[0] ?? '', encoding) || 'Someone';
    wordings.unshift(named({ name, others: senders.length - 1, count: many, newest: shown, encoding }));
  }
  return assemble({
    start: notification.urgent ? 'URGENT ' : '',
    brand: oneLine(notification.brand, encoding),
    wordings: lastToday ? wordings.flatMap((wording) => [withHint(wording), wording]) : wordings,
    link: notification.link,
    limit: limitOf(notification.maxSegments, encoding),
    encoding,
  });
}

/** Writes the test text. */
export function composeTest(input: Pick<NotificationInput, 'brand' | 'link' | 'maxSegments'>): Composed {
  const { brand, link, maxSegments } = input;
  const sentence = 'This is your test text. Texts reach this phone.';
  const writeTest = (encoding: Encoding) =>
    assemble({
      start: '',
      brand: oneLine(brand, encoding),
      wordings: [(room) => cut(sentence, room, encoding)],
      link,
      limit: limitOf(maxSegments, encoding),
      encoding,
    });
  const composed = writeTest(encodingOf([brand], link));
  return composed.encoding === 'GSM-7' || needsUcs2(composed, input) ? composed : writeTest('GSM-7');
}

/** GSM-7, unless one of the parts is in a script that does not fold and would be lost. */
function encodingOf(parts: readonly string[], link: string): Encoding {
  return measure(link).encoding === 'GSM-7' && parts.every(isFoldable) ? 'GSM-7' : 'UCS-2';
}

function limitOf(maxSegments: number, encoding: Encoding): number {
  return maxSegments + (encoding === 'UCS-2' ? 1 : 0);
}

/** Whether a text fits and contains letters that GSM-7 would lose, or its link does. */
function needsUcs2(
  text: Composed,
  { link, maxSegments }: Pick<NotificationInput, 'link' | 'maxSegments'>,
): boolean {
  if (measure(link).encoding === 'UCS-2') return true;
  const letters = text.body.match(/\p{L}/gu) ?? [];
  return text.segments <= maxSegments + 1 && letters.some((letter) => foldToGsm7(letter) === '');
}

interface Named {
  name: string;
  /** Senders besides the one named. */
  others: number;
  /** As it is written: `5`, `99+`. */
  count: string;
  newest: NotificationInput['newest'];
  encoding: Encoding;
}

/** `Rosa: "words"`, `Rosa and 2 more: 5 new messages: "words"`, or as much of it as fits. */
function named({ name, others, count, newest, encoding }: Named): Wording {
  const words = newest ? quotable(newest.body, encoding) : '';
  const counted = count !== '1' ? `${others > 0 ? ` and ${others} more` : ''}: ${count} new messages` : '';
  const filesOnly = words === '' && newest !== null && newest.fileCount > 0;
  const said = counted || (filesOnly ? ': [Attachment]' : ' sent a message');
  return (room) => {
    const left = room - unitsOf(`${counted}: ""`, encoding);
    // A long name is cut in favour of the message, but keeps two fifths of the room; one of usual length is not
    // cut.
    const nameRoom = Math.max(
      left - unitsOf(words, encoding),
      Math.floor(left * 0.4),
      Math.min(20, left - 12),
    );
    const author = words === '' ? null : cut(name, nameRoom, encoding);
    const quote = author === null ? null : cut(words, left - unitsOf(author, encoding), encoding);
    if (quote !== null) return `${author}${counted}: "${quote}"`;

    const who = cut(name, room - unitsOf(said, encoding), encoding);
    return who === null ? null : who + said;
  };
}
