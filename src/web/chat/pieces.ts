/** A piece of a message. Of `code` and `block` the backticks are gone. */
export type Piece =
  | { kind: 'words' | 'code' | 'block'; text: string }
  /** `href` begins with `http:`, `https:`, `mailto:`, `tel:` or `sms:`. */
  | { kind: 'link'; text: string; href: string };

/** A block between lines of three backticks, or a few words of one line between single ones. */
const CODE = /\n?```(?:[\w+#-]*\n)?([\s\S]*?)```\n?|`([^`\n]+)`/g;

/**
 * Addresses end at spaces, quotation marks, angle brackets, the punctuation of scripts that write no spaces, and marks
 * that are not seen or turn the direction of what follows.
 */
const END = String.raw`\s<>"“”„‘’«»‹›。，、！？；：（）「」『』【】《》\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff`;
/** A list of addresses may have no spaces. An apostrophe stands in paths alone, within a word. */
const REST = String.raw`(?:(?![,;|]+(?:https?:\/\/|www\.))[^${END}']|'(?=[\p{L}\p{N}]))`;
const HOST = String.raw`(?:(?![,;|]+(?:https?:\/\/|www\.))[^${END}'\/?#])`;
/** Letters after the last dot that make a host of what is written without a scheme; of others nobody knows. */
const BARE = 'com|org|net|edu|gov|mil|info|biz|app|dev|io|co|tv|xyz|uk|ca|mx|au|nz|ie|nl|jp|eu';
/** Those that are words, too, and so make a host only where a path follows. */
const WITH_PATH = 'be|ly|gl|gg|me|us|de|fr|es|it|to|in|ch|at|se|no|is|so|am|fm|page|link|shop|site|online';
/** Not within a longer name, number or address. */
const ALONE = String.raw`(?<![\p{L}\p{N}@._\/-])`;
/** Between the digits of a number; of the North American plan, where their count is known, also ` – `. */
const BETWEEN = String.raw`[ \u00a0\u202f().\u2010-\u2015-]`;
const GAP = `${BETWEEN}{0,2}`;
const WIDE = `${BETWEEN}{0,3}`;
/** What says that the digits after it are a telephone number, though they have no country code. */
const LABEL = String.raw`(?<!\p{L})(?:tel(?:efon|éfono|ephone)?|phone|ph|mob(?:ile|il)?|cell|handy|fax|call|ring|text|sms|whatsapp|[☎📞📱]\ufe0f?)\.?(?: (?:me|us|him|her|them|on|at|no|nr)\.?)*\s{0,2}:?\s{0,2}`;
/** An extension behind a number. */
const EXTENSION = String.raw`(?:(?:[,;]?[ ]?(?:ext(?:ension)?|x)[ .:=]{0,2}|#)(?<extension>\d{1,6}))?`;
/** A number ends there, not in a longer one or a word. */
const NUMBER_END = String.raw`(?![\p{L}\p{N}_]|[.-]\d)`;
const LINK = new RegExp(
  [
    String.raw`(?<web>https?:\/\/${HOST}+(?:[\/?#]${REST}*)?)`,
    String.raw`(?<host>${ALONE}(?:www\.(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}|(?:[\p{L}\p{N}-]+\.)+(?:(?:${BARE})(?![\p{L}\p{N}_@-])|(?:${WITH_PATH})(?=\/[\p{L}\p{N}])))(?:(?::\d{1,5})?[\/?#]${REST}*)?)`,
    String.raw`(?<mail>(?<![\p{L}\p{N}._+@-])(?:mailto:)?[\p{L}\p{N}._+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,})`,
    String.raw`(?<scheme>(?<![\p{L}\p{N}])(?:tel|sms):\+?\d(?:${GAP}\d){2,14}(?!\/?\d))`,
    String.raw`(?<phone>(?<![\p{L}\p{N}+#=_.-]|\d:|(?<!\d)\/)(?:\+1(?:${WIDE}\d){10}|(?:\+|(?:00|011)[ -]?)[2-9]\d?(?:${GAP}\d){5,13}|(?:1[ .-])?(?:\([2-9]\d\d\)${WIDE}|[2-9]\d\d${WIDE})[2-9]\d\d${WIDE}\d{4})${EXTENSION}${NUMBER_END})`,
    String.raw`(?<national>(?=[(0])(?<=${LABEL})\(?0\d{1,4}(?:[\/]|${GAP})(?:${GAP}\d){5,11}${NUMBER_END})`,
  ].join('|'),
  'giu',
);
/** What ends a sentence rather than an address. */
const TAIL = /[.,;:!?…'*_~|،؛؟।)\]}]/;
const OPENERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Splits words so that code stands apart, and web addresses, e-mail addresses and phone numbers can be opened. */
export function messagePieces(body: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of body.matchAll(CODE)) {
    const [whole, block, code] = match;
    if (block?.trim() === '') continue;
    pieces.push(...linkPieces(body.slice(from, match.index)));
    if (code !== undefined) pieces.push({ kind: 'code', text: code });
    else pieces.push({ kind: 'block', text: (block ?? '').replace(/^\n|\n$/g, '') });
    from = match.index + whole.length;
  }
  pieces.push(...linkPieces(body.slice(from)));
  return pieces;
}

/** Splits words without code; no character is lost. */
function linkPieces(body: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const words = (to: number) => {
    if (to > from) pieces.push({ kind: 'words', text: body.slice(from, to) });
  };
  for (const match of body.matchAll(LINK)) {
    const text = withoutTail(match[0]);
    const href = hrefOf(text, match.groups ?? {});
    if (href === null) continue;
    words(match.index);
    pieces.push({ kind: 'link', text, href });
    from = match.index + text.length;
  }
  words(body.length);
  return pieces;
}

/** An address without the punctuation of the sentence around it; a bracket that was opened inside belongs to it. */
function withoutTail(address: string): string {
  const open: Record<string, number> = {};
  for (const [closer, opener] of Object.entries(OPENERS)) {
    open[closer] = address.split(opener).length - address.split(closer).length;
  }
  let end = address.length;
  for (let last = address[end - 1] ?? ''; TAIL.test(last); last = address[end - 1] ?? '') {
    if (last in open && open[last]!++ >= 0) break;
    end--;
  }
  return address.slice(0, end);
}

/** Where a piece leads; null when it is no address after all. */
function hrefOf(
  text: string,
  { host, mail, scheme, phone, extension, national }: Record<string, string | undefined>,
) {
  if (mail) return `mailto:${text.replace(/^mailto:/i, '')}`;
  if (scheme) return text.slice(0, 4).toLowerCase() + text.slice(4).replace(/[^\d+]/g, '');
  // Phones dial what is behind a comma once somebody has answered; few know RFC 3966's `;ext=`.
  if (phone && extension) return phoneHref(text.replace(/\D+\d+$/, ''), `,${extension}`);
  if (phone) return phoneHref(text);
  // Of which country it is, only the phone that dials it may know.
  if (national) return `tel:${text.replace(/\D/g, '')}`;
  const url = host ? `https://${text}` : text;
  return URL.canParse(url) && !isDeceptive(url) ? url : null;
}

/**
 * Whether an address looks like another than it is: `https://bank.example@other.example`, or a name of letters from
 * scripts that look alike.
 */
function isDeceptive(url: string): boolean {
  const authority = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '';
  const labels = authority.split('.');
  return (
    authority.includes('@') ||
    labels.some(
      (label) => /\p{Script=Latin}/u.test(label) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(label),
    )
  );
}

/** Numbers without a country code are of the North American plan: 3, 3 and 4 digits. */
function phoneHref(text: string, extension = ''): string | null {
  const digits = text.replace('(0)', '').replace(/\D/g, '');
  if (text.startsWith('+')) return digits.length <= 15 ? `tel:+${digits}${extension}` : null;
  const abroad = /^(?:00|011)(\d+)$/.exec(digits)?.[1];
  // Without a gap it may be the number of anything.
  if (abroad) return text !== digits && abroad.length >= 8 ? `tel:+${abroad}${extension}` : null;
  return `tel:+${digits.length === 10 ? '1' : ''}${digits}${extension}`;
}
