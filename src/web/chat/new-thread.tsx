import { Notice } from '../layout.tsx';
import { Avatar, type PersonView } from '../people.tsx';

/** The form for a new conversation, or what came back of it. */
export interface NewThreadView {
  others: PersonView[];
  title: string;
  chosen: string[];
  error: string | null;
}

/** Beginning a conversation with people of the family. */
export function NewThread({ others, title, chosen, error }: NewThreadView) {
  return (
    <main id="main" class="pane-page" tabindex={-1}>
      <form class="stack" method="post" action="/messages">
        <h1>New conversation</h1>
        {error && <Notice tone="bad">{error}</Notice>}
        <div class="field">
          <label for="title">What is it about?</label>
          <input
            id="title"
            name="title"
            type="text"
            maxlength={120}
            required
            value={title}
            placeholder="Sunday dinner"
            autocomplete="off"
          />
        </div>
        <fieldset class="plain-set">
          <legend>With whom?</legend>
          {others.length === 0 && <p class="soft">Nobody else of your family is here yet.</p>}
          {others.map((person) => (
            <label class="choice with-avatar">
              <input type="checkbox" name="member" value={person.id} checked={chosen.includes(person.id)} />
              <Avatar person={person} small />
              <bdi>{person.name}</bdi>
            </label>
          ))}
        </fieldset>
        <div class="row">
          <button class="button go" type="submit">
            Begin
          </button>
          <a class="button" href="/messages">
            Cancel
          </a>
        </div>
      </form>
    </main>
  );
}

/** Beside the list, while no conversation is open. */
export function NoThread({ any }: { any: boolean }) {
  return (
    <div class="pane-page empty">
      <svg class="empty-ring" viewBox="0 0 120 120" width="120" height="120" aria-hidden="true">
        <circle class="orbit" cx="60" cy="60" r="44" />
        <circle class="dot p0 here" cx="60" cy="16" r="10" />
        <circle class="dot p7" cx="101.8" cy="46.4" r="10" />
        <circle class="dot p4" cx="85.9" cy="95.6" r="10" />
        <circle class="dot p2 here" cx="34.1" cy="95.6" r="10" />
        <circle class="dot p1" cx="18.2" cy="46.4" r="10" />
      </svg>
      <p class="soft">{any ? 'Choose a conversation.' : 'Begin a conversation with your family.'}</p>
    </div>
  );
}
