// What URL parsers escape in a query (url.spec.whatwg.org, "special-query percent-encode set"), from the commonest on.
const ESCAPED_QUOTE = /%27/gi;
const ESCAPED_ASCII = /%2[27]|%3[CE]/gi;
const ESCAPED_ALL = /%(?:2[027]|3[CE])|(?:%[89A-F][\dA-F])+/gi;

/** The characters that percent escapes stand for; escapes that are no UTF-8 stay. */
function unescaped(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}

/** Names and values decoded and escaped anew, as Node's `querystring` and Twilio's older back ends write them. */
function encodedAnew(query: string): string {
  const anew = (text: string) => encodeURIComponent(unescaped(text.replaceAll('+', ' ')).toWellFormed());
  return query
    .split('&')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? `${anew(pair)}=` : `${anew(pair.slice(0, at))}=${anew(pair.slice(at + 1))}`;
    })
    .join('&');
}

/**
 * The forms in which Twilio may have signed an address: it signs what the operator typed, while URL parsers on the
 * way to us, proxies' and our runtime's, escape some characters of a query (`'` becomes `%27`). At most six, the
 * address as received first; one for an address whose query holds nothing that is ever escaped.
 * Source: the official SDK, which tries them likewise (lib/webhooks/webhooks.js, `validateRequest`).
 * @param url - absolute; a fragment stays as it is
 */
export function addressForms(url: string): string[] {
  const [, address, query, fragment] = /^([^?#]*\?)([^#]*)(.*)$/s.exec(url) ?? [];
  if (query === undefined) return [url];
  const parsed = new URL(url).search.slice(1);
  const queries = [
    query,
    parsed,
    parsed.replace(ESCAPED_QUOTE, "'"),
    parsed.replace(ESCAPED_ASCII, unescaped),
    parsed.replace(ESCAPED_ALL, unescaped),
    encodedAnew(parsed),
  ];
  return [...new Set(queries)].map((form) => address + form + fragment);
}
