import type { MessageJson } from '../../chat/message.ts';
import type { ThreadJson } from '../../chat/threads.ts';
import { threadPath } from '../../links/safe-next.ts';
import type { RecipientOutcome } from '../../notifications/operate/delivery-log.ts';
import type { WallClock } from '../clock.ts';
import type { PersonView } from '../people.tsx';
import type { Amending } from './amended.tsx';
import { breaksOf } from './breaks.ts';
import { MessageItem } from './message-item.tsx';

/** A stretch of a thread, oldest first, as one of its members sees it. */
export interface MessageItemsView {
  thread: ThreadJson;
  messages: MessageJson[];
  /** The message before the first of them; undefined at the beginning of the thread. */
  previous: MessageJson | undefined;
  viewerId: string;
  person: (id: string, name: string) => PersonView;
  told: Map<string, RecipientOutcome[]>;
  /** Seq of the first message that was unread when the page was opened; null for none. */
  unreadFrom: number | null;
  /** Words that were looked for. */
  marked?: readonly string[] | undefined;
  /** The message that is being changed by a plain form. */
  amending?: Amending | undefined;
  now: number;
  clock: WallClock;
}

/** The items of a thread's list; pages, live arrivals and what was missed are all made by this. */
export function MessageItems({
  thread,
  messages,
  previous,
  viewerId,
  person,
  told,
  marked = [],
  amending,
  ...view
}: MessageItemsView) {
  const breaks = breaksOf(messages, { previous, ...view, zone: view.clock.zone });
  const readers = thread.members.filter(({ id }) => id !== viewerId);
  return (
    <>
      {messages.map((message, i) => (
        <MessageItem
          message={message}
          author={person(message.authorId, message.authorName)}
          own={message.authorId === viewerId}
          before={breaks[i]!}
          seenBy={readers
            .filter(({ id, lastReadSeq }) => lastReadSeq === message.seq && id !== message.authorId)
            .map(({ id, name }) => person(id, name))}
          told={told.get(message.id) ?? []}
          clock={view.clock}
          path={threadPath(thread.id)}
          amending={amending?.seq === message.seq ? amending : undefined}
          marked={marked}
        />
      ))}
    </>
  );
}
