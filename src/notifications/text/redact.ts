/** What takes the place of a link and of a token. */
const LINK = '[link]';
const TOKEN = '***';

// Bounded repetitions: a hostile message of 4,000 characters must not cost more than a friendly one.
const SCHEME_LINK =
  /(?:[a-z][a-z0-9+.-]{0,30}:\/\/|www\.|(?:mailto|tel|sms|smsto|facetime|geo|intent|market):(?=\S))\S*/giu;
const BARE_LINK =
  /(?<![\p{L}\p{N}\p{M}-])(?:[\p{L}\p{N}._%+-]{1,64}@)?(?:[\p{L}\p{N}][\p{L}\p{N}\p{M}-]{0,62}\.){1,8}(?:xn--[a-z0-9-]{2,59}|\p{L}[\p{L}\p{M}]{1,23})(?![\p{L}\p{N}])(?::\d{1,5})?(?:[/?#]\S*)?/giu;
const CLOSING = '.,!?;:\'")]}';

const LONG_RUN = /[A-Za-z0-9_\-+/=.~]{16,}/g;
const MIXED_CODE = /\b(?=[A-Z0-9]*\d[A-Z])[A-Z0-9]{6,15}\b/g;
const PHONE = /\+?\p{Nd}(?:[\s().\-\p{Pd}\p{M}\u200c\u200d]{0,3}\p{Nd}){6,}/gu;
/** Times of day, which are passed over, or four and more digits with at most a space or dash between two. */
const CODE = /\p{Nd}{1,2}:\p{Nd}{2}(?!\p{Nd})|\p{Nd}(?:[\s\-\p{Pd}]?[\p{M}\u200c\u200d]{0,2}\p{Nd}){3,}/gu;

/** Top-level domains that make a link even when written like the first word of a sentence (`evil.Com`). */
const COMMON_TLD =
  /^(?:com|net|org|info|biz|edu|gov|io|co|app|dev|me|us|uk|ca|de|fr|ru|cn|xyz|top|site|online|shop|link|ly)$/i;

/**
 * Takes out of somebody's words what must not travel in a text: links (a text has one, ours) become `[link]`, long
 * tokens and keys `***`, and the digits of one-time codes and phone numbers `*`. Better one word too many than one
 * too few: a year is masked like a code, and `photo.jpg` like a link.
 * @param text - one line, already folded or normalized, so that look-alikes and invisible characters hide nothing
 */
export function redact(text: string): string {
  return text
    .replace(SCHEME_LINK, (match) => LINK + closingOf(match))
    .replace(BARE_LINK, (match) => (isLink(match) ? LINK + closingOf(match) : match))
    .replace(LONG_RUN, (run) => (isRandom(run) ? TOKEN : run))
    .replace(MIXED_CODE, TOKEN)
    .replace(PHONE, maskDigits)
    .replace(CODE, (run) => (run.includes(':') ? run : maskDigits(run)));
}

/** The punctuation that ends a link's sentence. From the end on: a search would try each mark of a long row of them. */
function closingOf(link: string): string {
  let end = link.length;
  while (end > 0 && CLOSING.includes(link.charAt(end - 1))) end--;
  return link.slice(end);
}

/** `Yes.See you` lacks a space and is no link; whatever has a path, a port or a mailbox is one. */
function isLink(match: string): boolean {
  if (/[/?#@:]/.test(match)) return true;
  const labels = match.split('.').slice(1);
  return labels.some(
    (label) => COMMON_TLD.test(label) || (/^\p{L}[\p{L}\p{M}]/u.test(label) && !/^\p{Lu}\p{Ll}/u.test(label)),
  );
}

/** Keys and tokens (hex, base58, base64url, JWT) alternate between letters, digits and case as no word does. */
function isRandom(run: string): boolean {
  return run.split(/[^A-Za-z0-9]+/).some((piece) => {
    if (piece.length >= 16 && /\d/.test(piece) && /[A-Za-z]/.test(piece)) return true;
    const turns = piece.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)|[a-z](?=[A-Z])/g) ?? [];
    return piece.length >= 8 && turns.length >= 2;
  });
}

function maskDigits(run: string): string {
  return run.replace(/\p{Nd}/gu, '*');
}
