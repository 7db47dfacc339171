import { todaysZone, zoneSuggestions, zoneWords } from '../zone-names.ts';
import { FieldError, invalid, Radio, SaveRow, Section } from './section.tsx';
import type { SettingsView } from './settings-data.ts';

/** The usual night, in minutes of the day. */
export const NIGHT = { start: 22 * 60, end: 7 * 60 };

const clockValue = (minute: number) =>
  `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Where a zone comes from that the person has not chosen. */
const ZONE_HINT: Partial<Record<SettingsView['preferences']['timeZoneSource'], string>> = {
  number: 'Taken from your number’s area code, until you choose one.',
  country: 'Taken from your number’s country, until you choose one.',
  unknown: 'Your time zone is not known yet; please choose it.',
};

/** When not to be texted: off, the usual night, or hours of one's own, on the wall clock of a zone. */
export function QuietSection({ preferences, told, browserZone, clock, typed }: SettingsView) {
  const { quietStart, quietEnd, quietDelivery, timeZone, timeZoneSource, timeZones } = preferences;
  const saved =
    quietStart === null ? 'off' : quietStart === NIGHT.start && quietEnd === NIGHT.end ? 'night' : 'custom';
  const kind = typed.quiet ?? saved;
  const [start, end] = [
    typed.start ?? clockValue(quietStart ?? NIGHT.start),
    typed.end ?? clockValue(quietEnd ?? NIGHT.end),
  ];
  return (
    <Section
      id="quiet"
      title="Quiet hours"
      told={told}
      state={
        <span class={quietStart === null ? 'pill' : 'pill good'}>{quietStart === null ? 'Off' : 'On'}</span>
      }
      lead="No texts in these hours, except urgent ones if you allow them."
    >
      <form method="post" action="/settings/quiet" class="stack" data-swap="quiet" data-autosave>
        <fieldset class="plain-set">
          <legend class="unseen">Quiet hours</legend>
          <Radio name="quiet" value="off" checked={kind === 'off'} words="Off" />
          <Radio
            name="quiet"
            value="night"
            checked={kind === 'night'}
            words={clock.hours === 24 ? '22:00 to 07:00' : '10 PM to 7 AM'}
          />
          <Radio name="quiet" value="custom" checked={kind === 'custom'} words="My own hours" waits />
          <div class="hours">
            <label class="field">
              <span class="label">From</span>
              <input type="time" name="start" value={start} step={60} data-waits />
            </label>
            <label class="field">
              <span class="label">To</span>
              <input type="time" name="end" value={end} step={60} data-waits />
            </label>
          </div>
        </fieldset>
        <fieldset class="plain-set">
          <legend>What comes in these hours</legend>
          <Radio
            name="delivery"
            value="defer"
            checked={quietDelivery === 'defer'}
            words="Tell me afterwards, in one text"
          />
          <Radio
            name="delivery"
            value="drop"
            checked={quietDelivery === 'drop'}
            words="Do not text me about it"
          />
        </fieldset>
        <div class="field">
          <label for="zone">Time zone</label>
          <input type="hidden" name="source" value={timeZoneSource} />
          <ZoneField value={typed.zone ?? zoneWords(timeZone)} told={told} />
          {ZONE_HINT[timeZoneSource] && (
            <p class="hint">
              {ZONE_HINT[timeZoneSource]}
              {timeZones.length > 1 &&
                ' It may lie in several zones: no text comes while it is quiet in one of them.'}
            </p>
          )}
          {browserZone && todaysZone(browserZone) !== todaysZone(timeZone) && (
            <p class="hint">
              This device is in {zoneWords(browserZone)}.{' '}
              <button class="link-button" type="submit" name="here" value={browserZone}>
                Use that and save
              </button>
            </p>
          )}
        </div>
        <SaveRow section="quiet" told={told} words="Save quiet hours" />
      </form>
    </Section>
  );
}

/** A field that is searched while one types, with every zone beneath it, also by its other names. */
function ZoneField({ value, told }: { value: string; told: SettingsView['told'] }) {
  return (
    <>
      <input
        id="zone"
        name="zone"
        type="text"
        list="zones"
        autocomplete="off"
        required
        value={value}
        placeholder="A city, such as Chicago"
        {...invalid(told, 'zone')}
      />
      <FieldError told={told} field="zone" />
      <datalist id="zones">
        {zoneSuggestions().map((words) => (
          <option value={words}></option>
        ))}
      </datalist>
    </>
  );
}

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
