import { threadPath } from '../../links/safe-next.ts';
import { Composer, type ComposerView } from './composer.tsx';
import { MessageItems, type MessageItemsView } from './message-items.tsx';
import { ThreadHeader, type ThreadHeaderView } from './thread-header.tsx';

/** An open conversation. */
export interface ThreadPageView extends MessageItemsView, Omit<ThreadHeaderView, 'now' | 'zone'> {
  /** Seq before which there is more; null at the beginning. */
  older: number | null;
  /** The newest messages are not shown: an earlier page was asked for. */
  newer: boolean;
  composer: ComposerView;
}

/** The conversation: head, messages, and where one writes. */
export function ThreadPage(view: ThreadPageView) {
  const { thread, messages, older, newer, viewerId } = view;
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
      data-last={lastSeq}
    >
      <ThreadHeader {...view} />
      <div class="log-frame" id="log-frame">
        <section class="log" data-log aria-label="Messages" tabindex={0}>
          <div>
            {older !== null && (
              <p class="older">
                <a class="button small" href={`${path}?before=${older}`} data-older={older}>
                  Earlier messages
                </a>
              </p>
            )}
            {messages.length === 0 && (
              <div class="log-none" data-none>
                <p>
                  <b>Say the first words.</b>
                </p>
                <p>Whoever is away gets one text that leads here.</p>
              </div>
            )}
            <ol class="plain" data-items>
              <MessageItems {...view} />
            </ol>
            <ol class="plain outbox" data-outbox></ol>
            {newer && (
              <p class="older">
                <a class="button small" href={path}>
                  Newest messages
                </a>
              </p>
            )}
            <p class="typing" data-typing></p>
          </div>
        </section>
        <button class="jump button small" type="button" data-jump hidden>
          Newest messages
        </button>
      </div>
      <p class="offline" data-offline role="status"></p>
      {thread.unread > 0 && (
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
