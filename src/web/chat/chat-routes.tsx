import type { Hono } from 'hono';
import { editMessage, retractMessage } from '../../chat/change-message.ts';
import { firstSince } from '../../chat/find-day.ts';
import { setMute } from '../../chat/mute.ts';
import { postMessage } from '../../chat/post-message.ts';
import { markRead } from '../../chat/read.ts';
import { createThread } from '../../chat/threads.ts';
import { threadPath } from '../../links/safe-next.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import { AppError } from '../../platform/errors.ts';
import { readForm } from '../../platform/http/body.ts';
import type { AppEnv } from '../../platform/http/endpoint.ts';
import { line } from '../../platform/http/validation.ts';
import { startOfDate } from '../../platform/time.ts';
import { forMembers, type PageContext, type PageView } from '../answer.tsx';
import type { Amending } from './amended.tsx';
import { chatContext } from './chat-context.ts';
import { answerFind, answerList, answerListPart, answerNewThread, answerThread } from './chat-pages.tsx';
import type { Question } from './find-page.tsx';
import { checkDraft, readDraft } from './message-form.ts';
import { MessageItems } from './message-items.tsx';
import { muteUntil } from './mute-until.ts';
import { loadStretch, type Stretch, shownThread } from './thread-data.ts';

const seqOf = (text: string | undefined) => (/^\d{1,15}$/.test(text ?? '') ? Number(text) : undefined);

/** What of a form's failure the form itself can show; anything else is an error page. */
function refusalOf(error: unknown): { message: string; status: PageView['status'] } {
  if (!(error instanceof AppError) || ![400, 409, 429].includes(error.status)) throw error;
  return { message: error.message, status: error.status as PageView['status'] };
}

async function beginThread(c: PageContext, caller: Caller): Promise<Response> {
  const form = await readForm(c.req.raw);
  const title = form.get('title') ?? '';
  const chosen = form.getAll('member').slice(0, 200);
  const named = line(120).safeParse(title);
  const refuse = (error: string, status: PageView['status'] = 400) =>
    answerNewThread(c, caller, { title, chosen, error, status });
  if (!named.success) return refuse('Say in one line, of at most 120 characters, what it is about.');
  if (chosen.length === 0) return refuse('Choose at least one person.');
  try {
    const thread = await createThread(c.var.deps, caller, { title: named.data, memberIds: chosen });
    return c.redirect(threadPath(thread.id), 303);
  } catch (error) {
    if (error instanceof AppError && error.code === 'user_not_found') {
      return refuse('Somebody you chose is no longer in your family. Choose again.');
    }
    const { message, status } = refusalOf(error);
    return refuse(message, status);
  }
}

async function say(c: PageContext, caller: Caller, threadId: string): Promise<Response> {
  const form = await readForm(c.req.raw);
  const draft = readDraft(form);
  const key = form.get('key') ?? '';
  try {
    await postMessage(c.var.deps, caller, {
      ...checkDraft(draft),
      threadId,
      urgent: draft.urgent,
      via: 'portal',
      clientKey: /^[\w-]{8,80}$/.test(key) ? key : null,
    });
  } catch (error) {
    const { message, status } = refusalOf(error);
    return answerThread(c, caller, threadId, { refused: { draft, error: message, status } });
  }
  return c.redirect(threadPath(threadId), 303);
}

/** Changes a message of one's own by its form, and goes back to it. */
async function amend(
  c: PageContext,
  caller: Caller,
  threadId: string,
  how: Amending['how'],
): Promise<Response> {
  const form = await readForm(c.req.raw);
  const id = form.get('message') ?? '';
  const seq = seqOf(form.get('seq') ?? '') ?? 0;
  const draft = readDraft(form);
  try {
    if (how === 'edit') {
      await editMessage(c.var.deps, caller, threadId, id, checkDraft(draft).body);
    } else await retractMessage(c.var.deps, caller, threadId, id);
  } catch (error) {
    const { message, status } = refusalOf(error);
    const amending = { seq, how, body: draft.body, error: message, status };
    return answerThread(c, caller, threadId, { stretch: { kind: 'around', seq }, amending });
  }
  return c.redirect(`${threadPath(threadId)}?around=${seq}#m-${seq}`, 303);
}

async function mute(c: PageContext, caller: Caller, threadId: string): Promise<Response> {
  const { deps } = c.var;
  const form = await readForm(c.req.raw);
  const { clock, now } = await chatContext(c, caller);
  const until = muteUntil(form.get('mute'), { now, zone: clock.zone });
  if (until === undefined) throw new AppError('invalid_request', 'Choose one of the ways to mute.');
  await setMute(deps, caller, threadId, until);
  return c.redirect(
    form.get('back') === 'settings' ? '/settings?done=mutes#mutes' : threadPath(threadId),
    303,
  );
}

/** A stretch of the list of messages, for a page that is open already. */
async function items(c: PageContext, caller: Caller, threadId: string): Promise<Response> {
  const stretch = wantedStretch(c) ?? { kind: 'page' };
  const [context, thread, data] = await Promise.all([
    chatContext(c, caller),
    shownThread(c.var.deps, caller, threadId),
    loadStretch(c.var.deps, caller, threadId, stretch),
  ]);
  const newest = Math.max(thread.lastSeq, data.messages.at(-1)?.seq ?? 0);
  const list = (
    <ol
      data-items
      data-begins={data.previous ? undefined : ''}
      data-ends={data.more ? undefined : ''}
      data-newest={newest}
    >
      <MessageItems
        {...context}
        {...data}
        thread={thread}
        unreadFrom={seqOf(c.req.query('unread')) ?? null}
      />
    </ol>
  );
  return c.html(list, 200, { 'Cache-Control': 'no-store' });
}

/** Which stretch an address names: `after`, `at`, `around`, `before`, or `newest`; null for none. */
function wantedStretch(c: PageContext): Stretch | null {
  const after = seqOf(c.req.query('after'));
  if (after !== undefined) return { kind: 'after', seq: after };
  const around = seqOf(c.req.query('around'));
  if (around !== undefined) return { kind: 'around', seq: around };
  const seqs = (c.req.query('at') ?? '')
    .split(',')
    .slice(0, 10)
    .map(seqOf)
    .filter((seq) => seq !== undefined);
  if (seqs.length > 0) return { kind: 'at', seqs };
  const before = seqOf(c.req.query('before'));
  return before !== undefined || c.req.query('newest') !== undefined ? { kind: 'page', before } : null;
}

/** The message that an address wants to change; undefined for none. */
function amendingOf(c: PageContext): Amending | undefined {
  for (const how of ['edit', 'take-back'] as const) {
    const seq = seqOf(c.req.query(how));
    if (seq !== undefined) return { seq, how };
  }
  return undefined;
}

/** What an address looks for; null for nothing. */
function questionOf(c: PageContext): Question | null {
  const words = c.req.query('find');
  return words === undefined ? null : { words, threadId: c.req.query('in') || null };
}

/** To the first message of a day or, when nobody wrote then, of the next day on which somebody did. */
async function goToDay(c: PageContext, caller: Caller, threadId: string, date: string): Promise<Response> {
  const { deps } = c.var;
  const [{ clock }, { id, lastSeq }] = await Promise.all([
    chatContext(c, caller),
    shownThread(deps, caller, threadId),
  ]);
  const at = startOfDate(clock.zone, date);
  const seq = at === null ? null : await firstSince(deps, caller.familyId, { threadId: id, lastSeq }, at);
  return c.redirect(
    seq === null ? `${threadPath(id)}?newest` : `${threadPath(id)}?around=${seq}#m-${seq}`,
    303,
  );
}

/** `/messages` and what belongs to it. */
export function mountChatPages(app: Hono<AppEnv>): void {
  const thread = (handle: (c: PageContext, caller: Caller, threadId: string) => Promise<Response>) =>
    forMembers((c, caller) => handle(c, caller, c.req.param('threadId') ?? ''));
  app.get(
    '/messages',
    forMembers((c, caller) => {
      if (c.req.query('new') !== undefined) return answerNewThread(c, caller);
      const question = questionOf(c);
      if (question) return answerFind(c, caller, question);
      return c.req.query('list') === undefined ? answerList(c, caller) : answerListPart(c, caller);
    }),
  );
  app.post('/messages', forMembers(beginThread));
  app.get(
    '/messages/:threadId',
    thread((c, caller, threadId) => {
      const date = c.req.query('date');
      if (date !== undefined) return goToDay(c, caller, threadId, date);
      const amending = amendingOf(c);
      return answerThread(c, caller, threadId, {
        stretch: amending ? { kind: 'around', seq: amending.seq } : (wantedStretch(c) ?? undefined),
        question: questionOf(c),
        amending,
      });
    }),
  );
  app.post('/messages/:threadId', thread(say));
  app.post('/messages/:threadId/mute', thread(mute));
  for (const how of ['edit', 'take-back'] as const) {
    app.post(
      `/messages/:threadId/${how}`,
      thread((c, caller, threadId) => amend(c, caller, threadId, how)),
    );
  }
  app.post(
    '/messages/:threadId/read',
    thread(async (c, caller, threadId) => {
      await readForm(c.req.raw); // It says nothing; what is no form is not ours.
      await markRead(c.var.deps, caller, threadId, null);
      return c.redirect(threadPath(threadId), 303);
    }),
  );
  app.get('/messages/:threadId/items', thread(items));
}
