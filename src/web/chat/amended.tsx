import type { RecipientOutcome } from '../../notifications/operate/delivery-log.ts';
import { withoutBidiControls } from '../../platform/visible.ts';
import { timeOfDay, type WallClock } from '../clock.ts';
import { Icon } from '../icons.tsx';
import type { PersonView } from '../people.ts';

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

/** What one may do with a message of one's own; for the script, without which it is not shown. */
export function OwnMenu({ hasWords }: { hasWords: boolean }) {
  return (
    <details class="msg-menu" data-menu data-own-menu>
      <summary class="icon-button">
        <Icon name="more" />
        <span class="unseen">Menu of your message</span>
      </summary>
      <div class="menu-body">
        {hasWords && (
          <button class="button small" type="button" data-edit-own>
            Edit
          </button>
        )}
        <button class="button small" type="button" data-take-back>
          Take back
        </button>
      </div>
    </details>
  );
}
