import { DEMO_PEOPLE } from '../demo-family.ts';
import type { Host } from '../host.ts';
import { type PressedLink, pressLink } from '../press-link.ts';

/** A cookie, as browsers under a test take it. */
export interface SetCookie {
  name: string;
  value: string;
  /** The origin that it is for. */
  url: string;
}

/** Mints a magic link to a person's thread, as a host application may, and presses its button. */
export async function pressMagicLink(
  link: { userId: string; threadId: string },
  host: Host,
  { appOrigin, publicOrigin }: { appOrigin: string; publicOrigin: string },
): Promise<PressedLink> {
  const { url } = await host.service<{ url: string }>('POST', '/api/admin/magic', link);
  return await pressLink(url, appOrigin, publicOrigin);
}

/** The cookies of a browser that has signed in by {@link pressMagicLink}. */
export async function magicCookies(...args: Parameters<typeof pressMagicLink>): Promise<SetCookie[]> {
  const { setCookie } = await pressMagicLink(...args);
  return setCookie.map((line) => {
    const [name = '', value = ''] = line.split(';', 1)[0]!.split(/=(.*)/s);
    return { name, value, url: args[2].appOrigin };
  });
}

/**
 * Signs a demo person in without a text: mints a magic link for their newest thread, as a host application may,
 * and presses its button.
 * @returns the session's cookies, and the portal's address
 */
export async function signInAs(
  userId: string,
  host: Host,
  appOrigin: string,
  publicOrigin: string,
): Promise<{ location: string; setCookie: string[] }> {
  const user = Object.values(DEMO_PEOPLE).find(({ id }) => id === userId);
  if (!user) throw new Error('Only the demo family signs in by one click');
  const { threads } = await host.as(user)<{ threads: { id: string }[] }>('GET', '/api/threads');
  const threadId = threads[0]?.id;
  if (threadId === undefined) throw new Error(`${user.name} is in no thread`);
  const { setCookie } = await pressMagicLink({ userId, threadId }, host, { appOrigin, publicOrigin });
  return { location: `${publicOrigin}/messages`, setCookie };
}
