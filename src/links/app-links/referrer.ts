import { isLinkCode } from '../link-code-format.ts';

/** The parameter that carries our code through the Play Store. */
const KEY = 'fcs_link';

/**
 * The `referrer` for Google Play, not yet URL-encoded. It holds a link's code and nothing else of a person.
 */
export function playReferrer(code: string): string {
  return `utm_source=text&${KEY}=${code}`;
}

/**
 * The code inside an install referrer, or null when it is not one of ours. The Install Referrer API returns
 * the string decoded, still encoded once, or (through some stores and old clients) encoded twice.
 *
 * @see https://developer.android.com/google/play/installreferrer/library
 */
export function parseReferrer(referrer: string): string | null {
  let text = referrer.trim();
  for (let i = 0; i < 3; i++) {
    const codes = new URLSearchParams(text).getAll(KEY);
    if (codes.length > 0) return codes.length === 1 && isLinkCode(codes[0]!) ? codes[0]! : null;
    const decoded = decode(text);
    if (decoded === null || decoded === text) return null;
    text = decoded;
  }
  return null;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
