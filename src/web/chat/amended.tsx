import type { MessageJson } from '../../chat/message.ts';
import type { RecipientOutcome } from '../../notifications/operate/delivery-log.ts';
import { withoutBidiControls } from '../../platform/characters.ts';
import { timeOfDay, type WallClock } from '../clock.ts';
import { Icon } from '../icons.tsx';
import type { PersonView } from '../people.tsx';

/** The place of a message that was taken back. */
export function TakenBack({ author, own }: { author: PersonView; own: boolean }) {
  return <p class="text gone">{own ? 'You' : <bdi>{author.name}</bdi>} took back a message</p>;
}

/** What its author should know about a message that was taken back: whom a text had told of it. */
export function TakenBackTruth({ told, clock }: { told: readonly RecipientOutcome[]; clock: WallClock }) {
  if (told.length === 0) return null;
  const texted = told.filter((entry) => entry.told);
  if (texted.length === 0) return <p class="told">Taken back before anyone was texted.</p>;
  return (
    <p class="told">
      {texted.map(({ name, sentAt }, i) => (
        <>
          {i > 0 && ', '}
          <bdi>{withoutBidiControls(name)}</bdi>{' '}
          {sentAt === null ? 'is being texted' : `was texted at ${timeOfDay(sentAt, clock)}`}
        </>
      ))}
      ; that cannot be unsent.
    </p>
  );
}

/** What one may do with a message of one's own. The script does it in place; without one the buttons lead to a form. */
export function OwnMenu({ message, path }: { message: MessageJson; path: string }) {
  const { seq, body } = message;
  return (
    <details class="msg-menu" data-menu data-own-menu>
      <summary class="icon-button">
        <Icon name="more" />
        <span class="unseen">Menu of your message</span>
      </summary>
      <form class="menu-body" action={`${path}#amend`}>
        {body !== '' && (
          <button class="button small" type="submit" name="edit" value={seq} data-edit-own>
            Edit
          </button>
        )}
        <button class="button small" type="submit" name="take-back" value={seq} data-take-back>
          Take back
        </button>
      </form>
    </details>
  );
}

/** A message of one's own that is being changed by a plain form. */
export interface Amending {
  seq: number;
  how: 'edit' | 'take-back';
  /** What was typed, when it was refused. */
  body?: string;
  error?: string;
}

/** The form in the place of a message's words, or the question before it is taken back. */
export function AmendForm({
  message,
  path,
  amending,
}: {
  message: MessageJson;
  path: string;
  amending: Amending;
}) {
  const { how, body = message.body, error } = amending;
  const isEdit = how === 'edit';
  return (
    <form class="edit" id="amend" method="post" action={`${path}/${how}`}>
      <input type="hidden" name="message" value={message.id} />
      <input type="hidden" name="seq" value={message.seq} />
      {isEdit ? (
        <textarea name="body" dir="auto" aria-label="Your message" rows={3} autofocus>
          {body}
        </textarea>
      ) : (
        <p>Take it back for everyone? That cannot be undone.</p>
      )}
      <p class="form-failure" role={error ? 'alert' : undefined}>
        {error}
      </p>
      <button class={isEdit ? 'button small go' : 'button small danger'} type="submit">
        {isEdit ? 'Save' : 'Yes, take it back'}
      </button>
      <a class="button small" href={`${path}?around=${message.seq}#m-${message.seq}`} autofocus={!isEdit}>
        {isEdit ? 'Cancel' : 'No'}
      </a>
    </form>
  );
}
