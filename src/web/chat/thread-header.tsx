import type { ThreadJson } from '../../chat/threads.ts';
import { threadPath } from '../../links/safe-next.ts';
import { isoDay, timeInWords, type WallClock } from '../clock.ts';
import { Icon } from '../icons.tsx';
import { Avatar, Names, type PersonView } from '../people.tsx';
import { FindHere } from './find-page.tsx';
import { ThreadCircle } from './thread-list.tsx';

/** The head of an open conversation. */
export interface ThreadHeaderView {
  thread: ThreadJson;
  viewerId: string;
  person: (id: string, name: string) => PersonView;
  here: ReadonlySet<string>;
  now: number;
  clock: WallClock;
}

/** Title, who is here, and the menu. Swapped as a whole when a mute changes. */
export function ThreadHeader(view: ThreadHeaderView) {
  const { thread, here, viewerId } = view;
  const others = thread.members.filter(({ id }) => id !== viewerId);
  const present = others.filter(({ id }) => here.has(id)).map(({ name }) => name);
  return (
    <header class="thread-head" id="thread-head" data-region>
      <a class="back" href="/messages" aria-label="All conversations">
        <Icon name="back" />
      </a>
      <ThreadCircle {...view} size={44} />
      <div class="thread-name">
        <h1 tabindex={-1} dir="auto">
          <bdi>{thread.title}</bdi>
        </h1>
        <p class="thread-here" data-here>
          {present.length > 0 ? (
            <>
              <Names names={present} /> {present.length > 1 ? 'are' : 'is'} here
            </>
          ) : (
            <>
              {others.length === 0 ? 'Only you' : 'With '}
              <Names names={others.map(({ name }) => name)} />
            </>
          )}
        </p>
      </div>
      {thread.mutedUntil !== null && (
        <span class="pill">
          <Icon name="mute" />
          Muted
        </span>
      )}
      <ThreadMenu {...view} />
    </header>
  );
}

function ThreadMenu({ thread, person, here, now, clock }: ThreadHeaderView) {
  const { mutedUntil } = thread;
  return (
    <details class="menu" data-menu>
      <summary class="icon-button" data-refocus>
        <Icon name="more" />
        <span class="unseen">Menu of this conversation</span>
      </summary>
      <div class="menu-body">
        <form method="post" action={`${threadPath(thread.id)}/mute`} data-swap="thread-head" data-mute>
          <h2>{mutedUntil === null ? 'Mute' : muteWords(mutedUntil, now, clock)}</h2>
          <p class="soft small">
            {mutedUntil === null
              ? 'No texts about this conversation, except urgent ones.'
              : 'You get no texts about it, except urgent ones.'}
          </p>
          {mutedUntil === null ? (
            <div class="menu-choices">
              <MuteButton value="hour" words="For 1 hour" />
              <MuteButton
                value="tomorrow"
                words={`Until tomorrow, ${clock.hours === 24 ? '08:00' : '8:00 AM'}`}
              />
              <MuteButton value="good" words="Until I unmute it" />
            </div>
          ) : (
            <div class="menu-choices">
              <MuteButton value="off" words="Unmute" />
            </div>
          )}
        </form>
        <FindHere thread={thread} today={isoDay(now, clock.zone)} />
        <h2>
          Who is in “<bdi>{thread.title}</bdi>”
        </h2>
        <ul class="plain members">
          {thread.members.map(({ id, name }) => (
            <li>
              <Avatar person={person(id, name)} small />
              <bdi>{name}</bdi>
              <span class="soft small" data-here-of={id} data-name={name}>
                {here.has(id) ? 'here' : ''}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}

function MuteButton({ value, words }: { value: string; words: string }) {
  return (
    <button class="button small" type="submit" name="mute" value={value}>
      {words}
    </button>
  );
}

/** `Muted until you unmute it`, `Muted until 8:00 AM tomorrow`. */
export function muteWords(mutedUntil: string | true, now: number, clock: WallClock): string {
  return mutedUntil === true
    ? 'Muted until you unmute it'
    : `Muted until ${timeInWords(Date.parse(mutedUntil), now, clock)}`;
}
