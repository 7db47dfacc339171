import { DEMO_PEOPLE } from '../demo-family.ts';
import type { Host } from '../host.ts';
import { pressLink } from '../press-link.ts';

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
  const { url } = await host.service<{ url: string }>('POST', '/api/admin/magic', { userId, threadId });
  const { setCookie } = await pressLink(url, appOrigin, publicOrigin);
  return { location: `${publicOrigin}/messages`, setCookie };
}
