import { Radio, SaveRow, Section } from './section.tsx';
import type { SettingsView } from './settings-data.ts';

/** Whether hours are counted to twelve or to twenty-four, in this browser. */
export function ClockSection({ hours, told }: SettingsView) {
  return (
    <Section id="clock" title="How times are written" told={told} lead="In this browser alone.">
      <form method="post" action="/settings/clock" class="stack" data-swap="clock" data-autosave>
        <fieldset class="plain-set">
          <legend class="unseen">How times are written</legend>
          <Radio
            name="hours"
            value="language"
            checked={hours === null}
            words="As usual in this browser’s language"
          />
          <Radio name="hours" value="12" checked={hours === 12} words="4:07 PM" />
          <Radio name="hours" value="24" checked={hours === 24} words="16:07" />
        </fieldset>
        <SaveRow section="clock" told={told} />
      </form>
    </Section>
  );
}
