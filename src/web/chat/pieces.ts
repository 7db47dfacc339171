/** A piece of a message. Of `code` and `block` the backticks are gone. */
export type Piece =
  | { kind: 'words' | 'code' | 'block'; text: string }
  /** `href` begins with `http:`, `https:`, `mailto:` or `tel:`. */
  | { kind: 'link'; text: string; href: string };

/** A block between lines of three backticks, or a few words of one line between single ones. */
const CODE = /\n?```(?:[\w+#-]*\n)?([\s\S]*?)```\n?|`([^`\n]+)`/g;

/** Addresses end at spaces, quotation marks, angle brackets, and marks that turn the direction of what follows. */
const REST = String.raw`[^\s<>"'“”‘’«»\u202a-\u202e\u2066-\u2069]`;
/** Names of hosts that are written without a scheme; of others nobody knows whether they are meant as addresses. */
const BARE = 'com|org|net|edu|gov|info|app|dev|io';
const LINK = new RegExp(
  [
    String.raw`(?<web>https?:\/\/${REST}+)`,
    String.raw`(?<host>(?<![\p{L}\p{N}@._/-])(?:www\.(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}|(?:[a-z0-9-]+\.)+(?:${BARE})(?![\p{L}\p{N}_@-]))(?:[/?#:]${REST}*)?)`,
    String.raw`(?<mail>(?<![\p{L}\p{N}._+-])[\p{L}\p{N}._+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,})`,
    String.raw`(?<phone>(?<![\p{L}\p{N}+#/=_.:-])(?:\+\d[\d ().-]{5,18}\d|(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-]?)[2-9]\d\d[ .-]?\d{4})(?![\p{L}\p{N}_]|[.-]\d))`,
  ].join('|'),
  'giu',
);
/** What ends a sentence rather than an address. */
const TAIL = /[.,;:!?…)\]}*_~]+$/;

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
  const tail = address.match(TAIL)?.[0] ?? '';
  const keep = tail.startsWith(')') && address.includes('(') ? 1 : 0;
  return address.slice(0, address.length - tail.length + keep);
}

/** Where a piece leads; null when it is no address after all. */
function hrefOf(text: string, { host, mail, phone }: Record<string, string | undefined>): string | null {
  if (mail) return `mailto:${text}`;
  if (phone) return phoneHref(text);
  const url = host ? `https://${text}` : text;
  return URL.canParse(url) ? url : null;
}

/** Numbers without a country code are of the North American plan: 3, 3 and 4 digits. */
function phoneHref(text: string): string | null {
  const digits = text.replace(/\D/g, '');
  if (text.startsWith('+')) return digits.length <= 15 ? `tel:+${digits}` : null;
  return `tel:+${digits.length === 10 ? '1' : ''}${digits}`;
}
