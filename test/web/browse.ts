import { insertWebSession } from '../worker/people.ts';
import type { World } from '../worker/world.ts';

/** What a browser shows of an answer. */
export interface Seen {
  status: number;
  location: string | null;
  setCookie: string | null;
  html: string;
  /** The page without its markup. */
  words: string;
}

/** What a request of a browser may carry. */
export interface Visit {
  /** Sent as an urlencoded POST. */
  form?: Record<string, string | string[] | undefined>;
  /** Of a form; null: none at all. */
  origin?: string | null;
  /** Beside the session's. */
  cookie?: string;
  /** Accept-Language. */
  language?: string;
  /** As by the key for a reload without any cache. */
  reload?: boolean;
}

const wordsOf = (html: string) =>
  html
    .replace(/<(template|select|datalist|svg)\b[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');

/** Signs people of a world in, each in a browser of their own. @returns visits by person; null is nobody */
export async function browsers(world: World, people: readonly string[]) {
  const cookies = new Map<string, string>();
  for (const who of people) {
    const { token } = await insertWebSession(world.member(who).userId, world.familyId);
    cookies.set(who, `__Host-fcs_session=${token}`);
  }
  return async (
    who: string | null,
    path: string,
    { form, origin = world.origin, cookie, language, reload }: Visit = {},
  ): Promise<Seen> => {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(form ?? {})) {
      for (const each of [value ?? []].flat()) body.append(name, each);
    }
    const headers: Record<string, string> = {
      Accept: 'text/html',
      Cookie: [who === null ? null : cookies.get(who), cookie].filter(Boolean).join('; '),
    };
    if (reload) headers['Cache-Control'] = 'no-cache';
    if (language) headers['Accept-Language'] = language;
    if (form) headers['Content-Type'] = 'application/x-www-form-urlencoded';
    if (form && origin !== null) headers.Origin = origin;
    const answer = await world.send(form ? 'POST' : 'GET', path, {
      headers,
      body: form ? body.toString() : undefined,
    });
    const html = await answer.text();
    return {
      status: answer.status,
      location: answer.headers.get('Location'),
      setCookie: answer.headers.get('Set-Cookie'),
      html,
      words: wordsOf(html),
    };
  };
}

/** See {@link browsers}. */
export type Browse = Awaited<ReturnType<typeof browsers>>;
