import { wordsOf } from '../../chat/find-words.ts';
import type { MessageJson } from '../../chat/message.ts';
import type { ThreadJson } from '../../chat/threads.ts';
import { threadPath } from '../../links/safe-next.ts';
import { withoutBidiControls } from '../../platform/characters.ts';
import { shortMoment, type WallClock } from '../clock.ts';
import { Icon } from '../icons.tsx';
import { Notice } from '../layout.tsx';
import { excerptOf, Marked } from './marked.tsx';

/** What somebody looks for; `threadId` null: in all their conversations. */
export interface Question {
  words: string;
  threadId: string | null;
}

/** What was looked for, and what was found. */
export interface FindView extends Question {
  threads: readonly ThreadJson[];
  viewerId: string;
  /** Null: nothing was asked yet, or not in a way that can be answered. */
  found: { messages: MessageJson[]; next: string | null } | null;
  error: string | null;
  /** This is a page further back. */
  further: boolean;
  now: number;
  clock: WallClock;
}

/** Where a form that looks for something leads: to the answer, which a low window shows instead of the form. */
const ANSWER = '/messages#found';

const findQuery = ({ words, threadId }: Question) => {
  const query = new URLSearchParams({ find: words });
  if (threadId !== null) query.set('in', threadId);
  return query;
};

/** The address of what was found. */
export function findPath(question: Question, before: string | null = null): string {
  const query = findQuery(question);
  if (before !== null) query.set('before', before);
  return ANSWER.replace('#', `?${query}#`);
}

/** The field above the list of conversations; a plain form. */
export function FindField() {
  return (
    <search>
      <form class="find-field" method="get" action={ANSWER}>
        <input
          type="search"
          name="find"
          maxlength={100}
          required
          aria-label="Find in your messages"
          placeholder="Find"
        />
        <button class="button small" type="submit">
          Find
        </button>
      </form>
    </search>
  );
}

/** Looking for messages, and what was found. */
export function FindPage(view: FindView) {
  const { words, threadId, threads, found, error, further } = view;
  return (
    <main id="main" class="pane-page" tabindex={-1}>
      <search>
        <form class="stack" method="get" action={ANSWER}>
          <h1>Find a message</h1>
          {error && <Notice tone="bad">{error}</Notice>}
          <div class="field">
            <label for="find">Words</label>
            <input
              id="find"
              name="find"
              type="search"
              maxlength={100}
              required
              value={words}
              aria-invalid={error ? 'true' : undefined}
            />
          </div>
          <div class="field">
            <label for="in">Where</label>
            <select id="in" name="in">
              <option value="">Everywhere</option>
              {threads.map(({ id, title }) => (
                <option value={id} selected={id === threadId}>
                  {title}
                </option>
              ))}
            </select>
          </div>
          <div class="row">
            <button class="button go" type="submit">
              Find
            </button>
            <a class="button" href={threadId === null ? '/messages' : threadPath(threadId)}>
              Close
            </a>
          </div>
        </form>
      </search>
      {found && <Results {...view} found={found} />}
      {found?.next && (
        <p class="row">
          <a class="button" href={findPath({ words, threadId }, found.next)}>
            Look further back
          </a>
          {further && <a href={findPath({ words, threadId })}>Back to the newest</a>}
        </p>
      )}
    </main>
  );
}

function Results({
  found,
  threads,
  words,
  threadId,
  viewerId,
  now,
  clock,
}: FindView & { found: NonNullable<FindView['found']> }) {
  const looked = wordsOf(words);
  const titles = new Map(threads.map(({ id, title }) => [id, title]));
  const { messages, next } = found;
  return (
    <section class="found" id="found" tabindex={-1} aria-label="What was found">
      <p role="status">
        {messages.length > 0
          ? `${messages.length} ${messages.length === 1 ? 'message' : 'messages'}${next ? ', newest first; there may be more.' : ', newest first.'}`
          : next
            ? 'Nothing in your newer messages.'
            : 'Nothing was found. Try one word, or the beginning of it.'}
      </p>
      <ul class="plain">
        {messages.map((message) => (
          <li>
            <a
              href={`${threadPath(message.threadId)}?around=${message.seq}&${findQuery({ words, threadId })}#m-${message.seq}`}
            >
              <span class="found-where">
                <b>
                  <bdi>{message.authorId === viewerId ? 'You' : withoutBidiControls(message.authorName)}</bdi>
                </b>
                {' in '}
                <bdi>{titles.get(message.threadId) ?? 'a conversation'}</bdi>
                {' · '}
                <time datetime={message.createdAt}>
                  {shortMoment(Date.parse(message.createdAt), now, clock)}
                </time>
              </span>
              <span dir="auto">
                <Marked text={excerptOf(message.body, looked)} words={looked} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Below a conversation that was opened from there: the way back to what was found. */
export function BackToFound({ question }: { question: Question }) {
  return (
    <p class="found-back">
      <a href={findPath(question)}>
        <Icon name="back" />
        <span>
          <span class="if-room">Back to the </span>
          search
          <span class="if-room">
            {' '}
            for “<bdi>{question.words}</bdi>”
          </span>
        </span>
      </a>
    </p>
  );
}

/** In the menu of a conversation: looking in it, and going to a day. */
export function FindHere({ thread, today }: { thread: ThreadJson; today: string }) {
  return (
    <>
      <search>
        <form class="field" method="get" action={ANSWER}>
          <input type="hidden" name="in" value={thread.id} />
          <label for="find-here">Find in this conversation</label>
          <div class="find-field">
            <input id="find-here" type="search" name="find" maxlength={100} required />
            <button class="button small" type="submit">
              Find
            </button>
          </div>
        </form>
      </search>
      <form class="field" method="get" action={threadPath(thread.id)}>
        <label for="day-here">Go to a day</label>
        <div class="find-field">
          <input id="day-here" type="date" name="date" required max={today} />
          <button class="button small" type="submit">
            Go
          </button>
        </div>
      </form>
    </>
  );
}
