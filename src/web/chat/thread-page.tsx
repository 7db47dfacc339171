import { wordsOf } from '../../chat/find-words.ts';
import { threadPath } from '../../links/safe-next.ts';
import { Composer, type ComposerView } from './composer.tsx';
import { BackToFound, type Question } from './find-page.tsx';
import { MessageItems, type MessageItemsView } from './message-items.tsx';
import { ThreadHeader, type ThreadHeaderView } from './thread-header.tsx';

/** An open conversation. */
export interface ThreadPageView
  extends Omit<MessageItemsView, 'marked'>,
    Omit<ThreadHeaderView, 'now' | 'clock'> {
  /** There are messages after the last one shown. */
  more: boolean;
  composer: ComposerView;
  /** What was looked for, when one came from there. */
  question: Question | null;
}

/** A link to the next page of the conversation; the script hides it at an end, and loads what it leads to. */
function PageLink({ way, hidden, href }: { way: 'older' | 'newer'; hidden: boolean; href: string }) {
  return (
    <p class="older" hidden={hidden}>
      <a class="button small" href={href} data-way={way}>
        {way === 'older' ? 'Earlier messages' : 'Later messages'}
      </a>
    </p>
  );
}

/** The conversation: head, messages, and where one writes. */
export function ThreadPage(view: ThreadPageView) {
  const { thread, messages, previous, more, viewerId, unreadFrom } = view;
  const path = threadPath(thread.id);
  const lastSeq = messages.at(-1)?.seq ?? 0;
  return (
    <main
      id="main"
      class="conversation"
      tabindex={-1}
      data-thread={thread.id}
      data-path={path}
      data-viewer={viewerId}
      data-read={thread.lastReadSeq}
      data-newest={Math.max(lastSeq, thread.lastSeq)}
    >
      <ThreadHeader {...view} />
      <div class="log-frame" id="log-frame">
        <p class="strip up">
          <button class="button small" type="button" data-jump="unread" hidden></button>
        </p>
        <section class="log" data-log aria-label="Messages" tabindex={0}>
          <div>
            <PageLink way="older" hidden={!previous} href={`${path}?before=${messages[0]?.seq ?? 0}`} />
            {messages.length === 0 && (
              <div class="log-none" data-none>
                <p>
                  <b>Say the first words.</b>
                </p>
                <p>Whoever is away gets one text that leads here.</p>
              </div>
            )}
            <ol class="plain" data-items>
              <MessageItems {...view} marked={wordsOf(view.question?.words ?? '')} />
            </ol>
            <PageLink way="newer" hidden={!more} href={`${path}?after=${lastSeq}`} />
            {more && (
              <noscript>
                <p class="older">
                  <a class="button small" href={`${path}?newest`}>
                    Newest messages
                  </a>
                </p>
              </noscript>
            )}
            <ol class="plain outbox" data-outbox></ol>
            <p class="typing" data-typing></p>
          </div>
        </section>
        <div class="strip down">
          {view.question && <BackToFound question={view.question} />}
          <button class="button small" type="button" data-jump="newest" hidden>
            Newest ↓
          </button>
        </div>
      </div>
      <p class="offline" data-offline role="status"></p>
      {unreadFrom !== null && (
        <noscript>
          <form class="no-script" method="post" action={`${path}/read`}>
            <button class="button small" type="submit">
              Mark as read
            </button>
          </form>
        </noscript>
      )}
      <Composer {...view.composer} />
      <template data-draft>
        <li class="msg own pending">
          <div class="bubble">
            <p class="text" dir="auto" data-text></p>
            <p class="when" data-state></p>
          </div>
          <p class="pending-actions" hidden data-actions>
            <button class="link-button" type="button" data-retry>
              Send again
            </button>
            <button class="link-button" type="button" data-edit>
              Edit
            </button>
            <button class="link-button" type="button" data-drop>
              Discard
            </button>
          </p>
        </li>
      </template>
    </main>
  );
}
