import { getThread, listThreads, type ThreadJson } from '../../chat/threads.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import type { Deps } from '../../platform/deps.ts';
import { withoutBidiControls } from '../../platform/visible.ts';

/** A thread whose title and names turn nothing on the page. */
const shown = (thread: ThreadJson): ThreadJson => ({
  ...thread,
  title: withoutBidiControls(thread.title),
  members: thread.members.map((member) => ({ ...member, name: withoutBidiControls(member.name) })),
  lastMessage: thread.lastMessage && {
    ...thread.lastMessage,
    authorName: withoutBidiControls(thread.lastMessage.authorName),
  },
});

/** The caller's threads as pages show them, newest activity first. */
export const shownThreads = async (deps: Deps, caller: Caller): Promise<ThreadJson[]> =>
  (await listThreads(deps, caller)).map(shown);

/** One thread as pages show it. @throws AppError `thread_not_found` */
export const shownThread = async (deps: Deps, caller: Caller, threadId: string): Promise<ThreadJson> =>
  shown(await getThread(deps, caller, threadId));
