import type { ThreadJson } from '../../chat/threads.ts';
import { threadPath } from '../../links/safe-next.ts';
import { Circle } from '../circle.tsx';
import { shortMoment, type WallClock } from '../clock.ts';
import { Icon } from '../icons.tsx';
import type { PersonView } from '../people.tsx';
import { FindField } from './find-page.tsx';
import { previewOf } from './marked.tsx';

/** All of a person's conversations. */
export interface ThreadListView {
  threads: ThreadJson[];
  /** The one that is open beside the list. */
  currentId: string | null;
  viewerId: string;
  /** No other part of the page has its heading. */
  alone: boolean;
  person: (id: string, name: string) => PersonView;
  here: ReadonlySet<string>;
  now: number;
  clock: WallClock;
}

/** So much is unread, in as many words as a badge holds. */
export const countWords = (unread: number): string => (unread > 99 ? '99+' : String(unread));

/** The list of conversations: who, the last words, how much is new. */
export function ThreadList(view: ThreadListView) {
  const { threads, alone } = view;
  return (
    <nav class="threads" aria-label="Conversations">
      <header class="threads-head">
        {alone ? <h1>Conversations</h1> : <h2>Conversations</h2>}
        <a class="button small" href="/messages?new">
          <Icon name="plus" />
          New
        </a>
      </header>
      {threads.length > 0 && <FindField />}
      <div id="threads" data-region>
        {threads.length === 0 ? (
          <p class="threads-none">No conversations yet. Begin one with your family.</p>
        ) : (
          <ul class="plain">
            {threads.map((thread) => (
              <ThreadItem {...view} thread={thread} />
            ))}
          </ul>
        )}
      </div>
    </nav>
  );
}

function ThreadItem({
  thread,
  currentId,
  viewerId,
  person,
  here,
  now,
  clock,
}: ThreadListView & { thread: ThreadJson }) {
  const { id, title, unread, mutedUntil, lastMessage } = thread;
  const at = Date.parse(lastMessage?.createdAt ?? thread.lastActivityAt);
  return (
    <li>
      <a
        class={unread > 0 ? 'thread has-unread' : 'thread'}
        href={threadPath(id)}
        data-row={id}
        data-unread={unread}
        aria-current={id === currentId ? 'page' : undefined}
      >
        <ThreadCircle thread={thread} person={person} here={here} />
        <span class="thread-title" dir="auto">
          <bdi>{title}</bdi>
        </span>
        <span class="thread-when">
          {mutedUntil !== null && (
            <span class="thread-muted" title="Muted">
              <Icon name="mute" />
              <span class="unseen">Muted.</span>
            </span>
          )}
          <time datetime={new Date(at).toISOString()}>{shortMoment(at, now, clock)}</time>
        </span>
        <span class="thread-last">
          {lastMessage?.deletedAt ? (
            <>
              <bdi>{lastMessage.authorId === viewerId ? 'You' : lastMessage.authorName}</bdi> took back a
              message
            </>
          ) : lastMessage ? (
            <>
              <b>
                <bdi>{lastMessage.authorId === viewerId ? 'You' : lastMessage.authorName}:</bdi>
              </b>{' '}
              <bdi>{previewOf(lastMessage.body)}</bdi>
            </>
          ) : (
            'Nothing said yet'
          )}
        </span>
        {unread > 0 && (
          <span class="count">
            {countWords(unread)}
            <span class="unseen"> new</span>
          </span>
        )}
      </a>
    </li>
  );
}

/** A conversation's circle: its members, filled while they are here. */
export function ThreadCircle({
  thread,
  person,
  here,
  size = 48,
}: Pick<ThreadListView, 'person' | 'here'> & { thread: ThreadJson; size?: number }) {
  const dots = thread.members.map(({ id, name }) => ({
    userId: id,
    colour: person(id, name).colour,
    here: here.has(id),
  }));
  const letter = [...thread.title.trim()][0]?.toLocaleUpperCase('en') ?? '';
  return <Circle dots={dots} letter={letter} size={size} />;
}
