/** Whoever reaches the stack's port, which is open on this address only. */
const LOOPBACK = '127.0.0.1';

/** The request as Cloudflare hands it on: with its client's address, and the scheme that a tunnel in front was asked by. */
export function asSeenFromOutside(request: Request): Request {
  const https = request.headers.get('X-Forwarded-Proto') === 'https';
  if (!https && request.headers.has('CF-Connecting-IP')) return request;
  const seen = new Request(https ? request.url.replace(/^http:/, 'https:') : request.url, request);
  if (!seen.headers.has('CF-Connecting-IP')) seen.headers.set('CF-Connecting-IP', LOOPBACK);
  return seen;
}

/** What Cloudflare compresses for browsers of what we answer (developers.cloudflare.com/speed/optimization/content/compression). */
const COMPRESSED =
  /^(text\/(html|plain|css|xml|javascript)|application\/(json|javascript|xml|manifest\+json)|image\/svg\+xml)\s*(;|$)/i;

/** The first encoding of an Accept-Encoding header that is ours to give, and not refused by `q=0`. */
function encodingIn(accepted: string): string | null {
  for (const element of accepted.split(',')) {
    const [coding, weight] = element.split(';').map((part) => part.trim().toLowerCase());
    if ((coding === 'br' || coding === 'gzip') && !/^q=0(\.0*)?$/.test(weight ?? '')) return coding;
  }
  return null;
}

/** The answer in an encoding that its reader takes; the runtime compresses what has a Content-Encoding. */
export function compressed(answer: Response, accepted: string | null): Response {
  if (accepted === null || answer.headers.has('Content-Encoding')) return answer;
  if (!COMPRESSED.test(answer.headers.get('Content-Type') ?? '')) return answer;
  const encoding = encodingIn(accepted);
  if (encoding === null) return answer;
  const encoded = new Response(answer.body, answer);
  encoded.headers.set('Content-Encoding', encoding);
  return encoded;
}
