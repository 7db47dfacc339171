import { threadPath } from '../../links/safe-next.ts';
import { Icon } from '../icons.tsx';
import { Notice } from '../layout.tsx';

/** Where one writes. `draft` comes back when a form was refused. */
export interface ComposerView {
  threadId: string;
  title: string;
  /** Idempotency-Key of the next message: a form sent twice is one message. */
  messageKey: string;
  /** The host's page on which files are chosen; null: messages have none. */
  pickerUrl: string | null;
  draft?: { body: string; urgent: boolean; files: string };
  error?: string | null;
}

/** The form under a conversation; the script sends it without leaving the page. */
export function Composer({ threadId, title, messageKey, pickerUrl, draft, error }: ComposerView) {
  return (
    <form class="composer" id="composer" method="post" action={threadPath(threadId)} data-composer>
      {error && <Notice tone="bad">{error}</Notice>}
      <input type="hidden" name="key" value={messageKey} />
      <input type="hidden" name="files" value={draft?.files} />
      <ul class="plain picked" data-picked></ul>
      <div class="composer-line">
        <details class="menu up" data-menu>
          <summary class="icon-button">
            <Icon name="plus" />
            <span class="unseen">{pickerUrl ? 'Urgent, or with an attachment' : 'Make it urgent'}</span>
          </summary>
          <div class="menu-body">
            <label class="choice">
              <input type="checkbox" name="urgent" value="1" checked={draft?.urgent} />
              <span>
                <b>Urgent</b>
                <span class="hint">
                  A text at once, even at night or where this is muted, to everyone who said yes to urgent
                  texts. You can send three a day.
                </span>
              </span>
            </label>
            {pickerUrl && (
              <button class="button small" type="button" data-pick={pickerUrl} hidden>
                <Icon name="file" />
                Add an attachment
              </button>
            )}
          </div>
        </details>
        <label class="unseen" for="body">
          Write to <bdi>{title}</bdi>
        </label>
        <textarea
          id="body"
          name="body"
          rows={1}
          dir="auto"
          maxlength={4000}
          placeholder="Write a message"
          enterkeyhint="send"
          autocomplete="off"
        >
          {draft?.body}
        </textarea>
        <button class="send" type="submit">
          <Icon name="send" />
          <span class="unseen">Send</span>
        </button>
      </div>
      <p class="composer-note" data-composer-note></p>
    </form>
  );
}
