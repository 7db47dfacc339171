import type { Child } from 'hono/jsx';
import { searchMessages } from '../../chat/search.ts';
import type { ThreadJson } from '../../chat/threads.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import { AppError } from '../../platform/errors.ts';
import { line } from '../../platform/http/validation.ts';
import { newId } from '../../platform/ids.ts';
import { answerPage, type PageContext, type PageView } from '../answer.tsx';
import type { Amending } from './amended.tsx';
import { type ChatContext, chatContext } from './chat-context.ts';
import type { ComposerView } from './composer.tsx';
import { FindPage, type Question } from './find-page.tsx';
import { NewThread, type NewThreadView, NoThread } from './new-thread.tsx';
import { loadOpening, loadStretch, type Stretch, shownThreads } from './thread-data.ts';
import { countWords, ThreadList } from './thread-list.tsx';
import { ThreadPage } from './thread-page.tsx';

/** List on the left, and what is open beside it; a phone shows one of them. */
function Panes({
  context,
  threads,
  currentId = null,
  open,
  children,
}: {
  context: ChatContext;
  threads: ThreadJson[];
  currentId?: string | null;
  open: boolean;
  children: Child;
}) {
  const panes = (
    <>
      <ThreadList {...context} threads={threads} currentId={currentId} alone={!open} />
      {children}
    </>
  );
  if (open) {
    return (
      <div class="panes open" data-panes>
        {panes}
      </div>
    );
  }
  return (
    <main class="panes" id="main" tabindex={-1} data-panes>
      {panes}
    </main>
  );
}

/** The title begins with how much is unread, as the script keeps it. */
function frame(
  title: string,
  context: ChatContext,
  threads: readonly ThreadJson[],
  status: PageView['status'] = 200,
): PageView {
  const unread = threads.reduce((sum, thread) => sum + thread.unread, 0);
  return {
    title: unread > 0 ? `(${countWords(unread)}) ${title}` : title,
    section: 'messages',
    kind: 'app',
    timeZone: context.clock.zone,
    status,
  };
}

/** Seq of the first message that its reader has not read; null for none. */
const firstUnread = (thread: ThreadJson | undefined): number | null =>
  thread && thread.unread > 0 ? thread.lastReadSeq + 1 : null;

/** `/messages`: the list, alone on a phone. */
export async function answerList(c: PageContext, caller: Caller): Promise<Response> {
  const [context, threads] = await Promise.all([chatContext(c, caller), shownThreads(c.var.deps, caller)]);
  return answerPage(
    c,
    caller,
    frame('Messages', context, threads),
    <Panes context={context} threads={threads} open={false}>
      <NoThread any={threads.length > 0} />
    </Panes>,
  );
}

/** The list alone, to be put into a page that is open already. */
export async function answerListPart(c: PageContext, caller: Caller): Promise<Response> {
  const [context, threads] = await Promise.all([chatContext(c, caller), shownThreads(c.var.deps, caller)]);
  const currentId = c.req.query('current') ?? null;
  const list = <ThreadList {...context} threads={threads} currentId={currentId} alone={currentId === null} />;
  return c.html(list, 200, {
    'Cache-Control': 'no-store',
  });
}

const FIND_PAGE = 30;
const sought = line(100);

/** Who searches too often is told so above their words, which stay. @throws any other error */
function tooOften(error: unknown): { found: null; refused: string } {
  if (error instanceof AppError && error.code === 'rate_limited') {
    return { found: null, refused: error.message };
  }
  throw error;
}

/** `/messages?find=`: what was found in one's conversations. */
export async function answerFind(c: PageContext, caller: Caller, question: Question): Promise<Response> {
  const { deps } = c.var;
  const before = c.req.query('before');
  const asked = sought.safeParse(question.words);
  const [context, threads, { found, refused }] = await Promise.all([
    chatContext(c, caller),
    shownThreads(deps, caller),
    asked.success
      ? searchMessages(deps, caller, {
          question: asked.data,
          threadId: question.threadId ?? undefined,
          limit: FIND_PAGE,
          before,
        }).then((found) => ({ found, refused: null }), tooOften)
      : { found: null, refused: null },
  ]);
  const isAskedWrongly = !asked.success && question.words !== '';
  const error = isAskedWrongly ? 'Type a word or a few, in at most 100 characters.' : refused;
  const status = isAskedWrongly ? 400 : refused ? 429 : 200;
  return answerPage(
    c,
    caller,
    frame('Find a message', context, threads, status),
    <Panes context={context} threads={threads} open={true}>
      <FindPage
        {...question}
        {...context}
        threads={threads}
        found={found}
        error={error}
        further={before !== undefined}
      />
    </Panes>,
  );
}

/** The form for a new conversation; with what was typed when it was refused. */
export async function answerNewThread(
  c: PageContext,
  caller: Caller,
  refused?: Omit<NewThreadView, 'others'> & { status: PageView['status'] },
): Promise<Response> {
  const [context, threads] = await Promise.all([chatContext(c, caller), shownThreads(c.var.deps, caller)]);
  const others = context.family
    .filter(({ id }) => id !== caller.userId)
    .map(({ id, name }) => context.person(id, name));
  const view = refused ?? { title: '', chosen: [], error: null };
  return answerPage(
    c,
    caller,
    frame('New conversation', context, threads, refused?.status),
    <Panes context={context} threads={threads} open={true}>
      <NewThread {...view} others={others} />
    </Panes>,
  );
}

/**
 * `/messages/:threadId`: where the unread begin, or the stretch that was asked for; with the draft when a message was
 * refused, or with the form that changes one.
 */
export async function answerThread(
  c: PageContext,
  caller: Caller,
  threadId: string,
  {
    stretch: wanted,
    question = null,
    amending,
    refused,
  }: {
    stretch?: Stretch | undefined;
    question?: Question | null;
    amending?: (Amending & { status?: PageView['status'] }) | undefined;
    refused?: Pick<ComposerView, 'draft' | 'error'> & { status: PageView['status'] };
  } = {},
): Promise<Response> {
  const { deps } = c.var;
  const listed = shownThreads(deps, caller);
  const find = (threads: ThreadJson[]) => threads.find(({ id }) => id === threadId);
  const [context, threads, stretch] = await Promise.all([
    chatContext(c, caller),
    listed,
    wanted
      ? loadStretch(deps, caller, threadId, wanted)
      : loadOpening(deps, caller, threadId, listed.then(find).then(firstUnread)),
  ]);
  const thread = find(threads);
  if (!thread) throw new AppError('thread_not_found', 'There is no such conversation, or you are not in it.');
  const composer = {
    threadId,
    title: thread.title,
    messageKey: newId('web', context.now),
    pickerUrl: deps.config.ATTACHMENT_PICKER_URL ?? null,
    draft: refused?.draft,
    error: refused?.error ?? null,
  };
  return answerPage(
    c,
    caller,
    frame(thread.title, context, threads, refused?.status ?? amending?.status),
    <Panes context={context} threads={threads} currentId={threadId} open={true}>
      <ThreadPage
        {...context}
        {...stretch}
        thread={thread}
        unreadFrom={firstUnread(thread)}
        composer={composer}
        question={question}
        amending={amending}
      />
    </Panes>,
  );
}
