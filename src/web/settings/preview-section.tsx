import { SaveRow, Section } from './section.tsx';
import type { SettingsView } from './settings-data.ts';

/** How much of a message a text gives away, each shown as it would look on the lock screen. */
export function PreviewSection({ preferences, told, brand }: SettingsView) {
  const choices = [
    {
      value: 'full',
      words: 'Who wrote, and the words',
      sample: `${brand}: Grandma Rosa: "Are you coming for dinner on Sunday?"`,
    },
    { value: 'sender', words: 'Only who wrote', sample: `${brand}: Grandma Rosa sent a message` },
    { value: 'none', words: 'Neither', sample: `${brand}: You have a new message` },
  ] as const;
  return (
    <Section id="preview" title="What a text shows" told={told} lead="Others may see your lock screen.">
      <form method="post" action="/settings/preview" class="stack" data-swap="preview" data-autosave>
        <fieldset class="plain-set previews">
          <legend class="unseen">What a text shows</legend>
          {choices.map(({ value, words, sample }) => (
            <label class="choice">
              <input type="radio" name="preview" value={value} checked={preferences.preview === value} />
              <span>
                {words}
                <span class="sms">{sample}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <SaveRow section="preview" told={told} />
      </form>
    </Section>
  );
}
