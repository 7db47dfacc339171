import { currentCaller } from '../../platform/auth/request-caller.ts';
import type { Deps } from '../../platform/deps.ts';
import { revokeSession } from '../account/own-sessions.ts';

/**
 * Ends the session of somebody else whose cookie came with a sign-in: the new cookie takes its place in the browser, and
 * nobody could sign it out there any more.
 * @throws when a database fails
 */
export async function endFormerSession(deps: Deps, request: Request, userId: string): Promise<void> {
  const cookie = request.headers.get('Cookie');
  if (cookie === null) return;
  const former = await currentCaller(new Request(request.url, { headers: { Cookie: cookie } }), deps);
  if (!former || former.sessionId === null || former.userId === userId) return;
  await revokeSession(deps, former, former.sessionId);
}
