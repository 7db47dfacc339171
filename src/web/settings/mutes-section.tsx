import { threadPath } from '../../links/safe-next.ts';
import { muteWords } from '../chat/thread-header.tsx';
import { Section } from './section.tsx';
import type { SettingsView } from './settings-data.ts';

/** Conversations that one does not want to hear of. */
export function MutesSection({ threads, told, now, clock }: SettingsView) {
  const muted = threads.filter(({ mutedUntil }) => mutedUntil !== null);
  return (
    <Section id="mutes" title="Muted conversations" told={told}>
      {muted.length === 0 ? (
        <p class="soft">None. You can mute a conversation in its own menu.</p>
      ) : (
        <ul class="plain lines">
          {muted.map(({ id, title, mutedUntil }) => (
            <li>
              <div>
                <a href={threadPath(id)}>{title}</a>
                <p class="soft small">{muteWords(mutedUntil ?? true, now, clock)}</p>
              </div>
              <form method="post" action={`${threadPath(id)}/mute`} data-swap="mutes">
                <input type="hidden" name="back" value="settings" />
                <button class="button small" type="submit" name="mute" value="off">
                  Unmute<span class="unseen">: {title}</span>
                </button>
              </form>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
