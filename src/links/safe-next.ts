const SOMEWHERE = 'https://portal.invalid';

/**
 * A path on our own origin that is safe to redirect to, else `fallback`. Refuses other origins in every
 * disguise browsers accept: `//host`, `/\host`, schemes, control characters that the URL parser drops.
 */
export function safeNext(path: string | null | undefined, fallback = '/messages'): string {
  if (!path?.startsWith('/') || path.length > 512) return fallback;
  if (/^\/[/\\]/.test(path) || hasControl(path) || !URL.canParse(path, SOMEWHERE)) return fallback;
  const url = new URL(path, SOMEWHERE);
  if (url.origin !== SOMEWHERE || url.pathname.startsWith('//')) return fallback;
  if (url.pathname.startsWith('/api/')) return fallback;
  return url.pathname + url.search;
}

function hasControl(text: string): boolean {
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** The web path of a thread; of the list of threads for null. */
export function threadPath(threadId: string | null): string {
  return threadId === null ? '/messages' : `/messages/${encodeURIComponent(threadId)}`;
}

/** The path of signing in by phone number, which continues at `next`. */
export function signInPath(next: string, replaces = false): string {
  return `/login?next=${encodeURIComponent(next)}${replaces ? '&switch=1' : ''}`;
}
