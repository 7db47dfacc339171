/** A piece of a message: words, or an address to open. */
export interface Piece {
  text: string;
  href: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"'“”‘’]+/g;
/** What ends a sentence rather than an address. */
const TAIL = /[.,;:!?…)\]}]+$/;

/** Splits words so that web addresses can be opened; closing punctuation stays with the sentence. */
export function linkPieces(body: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const words = (to: number) => {
    if (to > from) pieces.push({ text: body.slice(from, to), href: null });
  };
  for (const match of body.matchAll(ADDRESS)) {
    const tail = match[0].match(TAIL)?.[0] ?? '';
    // A bracket that was opened inside the address belongs to it.
    const keep = tail.startsWith(')') && match[0].includes('(') ? 1 : 0;
    const address = match[0].slice(0, match[0].length - tail.length + keep);
    if (!URL.canParse(address)) continue;
    words(match.index);
    pieces.push({ text: address, href: address });
    from = match.index + address.length;
  }
  words(body.length);
  return pieces;
}
