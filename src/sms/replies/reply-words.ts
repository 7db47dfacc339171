import { isBlank } from '../../platform/characters.ts';
import { type OurTexts, reactionToOurs } from './reactions.ts';

/** The label of media sent with a text; its content is never fetched. */
const MEDIA: readonly (readonly [RegExp, string])[] = [
  [/^image\//, '[Photo]'],
  [/^video\//, '[Video]'],
  [/^audio\//, '[Voice message]'],
  [/vcard$/, '[Contact]'],
  [/calendar$/, '[Event]'],
  [/pdf$/, '[Document]'],
];
const OTHER_MEDIA = '[Attachment]';

/** Reactions as iPhones put them into words for those without iMessage, and what they mean. */
const REACTIONS: ReadonlyMap<string, string> = new Map([
  ['loved', '❤️'],
  ['liked', '👍'],
  ['disliked', '👎'],
  ['laughed at', '😂'],
  ['emphasized', '‼️'],
  ['questioned', '❓'],
]);

// Curly quotes alone: whoever types `Loved "The Crown"` means the words.
const QUOTE = '“[\\s\\S]*”';
const EMOJI =
  '(?:\\p{Extended_Pictographic}|\\p{Emoji_Modifier}|\\p{Regional_Indicator}|[\\u200d\\ufe0f\\u20e3]){1,16}';
const WORDED_REACTION = new RegExp(`^(${[...REACTIONS.keys()].join('|')}) ${QUOTE}$`, 'i');
/** `Reacted 🎉 to “…”` (iPhone), `👍 to “…”` (Android, with hair spaces and zero-width characters). */
const EMOJI_REACTION = new RegExp(`^(?:Reacted )?(${EMOJI}) to ${QUOTE}$`, 'u');
const TAKEN_BACK = new RegExp(`^Removed (?:an? [a-z ]+|${EMOJI}) from ${QUOTE}$`, 'iu');

const INVISIBLE = /[\u200b\u200c\u2060\ufeff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out; tab and line feed stay
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** The label of a medium. */
function mediaWord(contentType: string): string {
  const type = contentType.toLowerCase().split(';')[0]!.trim();
  return MEDIA.find(([pattern]) => pattern.test(type))?.[1] ?? OTHER_MEDIA;
}

/**
 * The words of a text as a message of a thread: reactions as their emoji, media by name, no address of ours, since
 * a link that was texted to one person signs that person in. Empty: there is nothing to say.
 */
export function replyWords(
  { body, media }: { body: string; media: readonly string[] },
  ours: OurTexts,
): string {
  const words = body.toWellFormed().replace(/\r\n?/g, '\n').replace(CONTROL, '').trim();
  const read = reactionIn(words) ?? reactionToOurs(ours, words) ?? withoutOurLinks(words, ours.origins);
  const said = isBlank(read) ? '' : read;
  return [said, media.map(mediaWord).join(' ')].filter((part) => part !== '').join('\n');
}

/** Whether a text repeats one of ours: from a forwarder or an echoing machine. */
export function isEcho(body: string, brand: string): boolean {
  const words = body.replace(/^[\s>"'“‘«]+/u, '').toLowerCase();
  return words.startsWith(`${brand.toLowerCase()}: `) || words.startsWith(`urgent ${brand.toLowerCase()}: `);
}

function reactionIn(words: string): string | null {
  const plain = words
    .replace(INVISIBLE, '')
    .replace(/[\u2000-\u200a\u202f\u00a0]/g, ' ')
    .trim();
  const worded = WORDED_REACTION.exec(plain)?.[1];
  if (worded !== undefined) return REACTIONS.get(worded.toLowerCase()) ?? '';
  if (TAKEN_BACK.test(plain)) return '';
  return EMOJI_REACTION.exec(plain)?.[1]?.trim() ?? null;
}

function withoutOurLinks(words: string, origins: readonly string[]): string {
  let left = words;
  for (const origin of origins) {
    const host = origin.replace(/^https?:\/\//, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    left = left.replace(new RegExp(`(?:https?://)?${host}/(?:l/|magic|ul/)\\S*`, 'gi'), '[link]');
  }
  return left;
}
