import { Radio, SaveRow, Section } from './section.tsx';
import type { SettingsView } from './settings-data.ts';

/** The usual night, in minutes of the day. */
export const NIGHT = { start: 22 * 60, end: 7 * 60 };

const clockValue = (minute: number) =>
  `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** When not to be texted: off, the usual night, or hours of one's own, on the wall clock of a zone. */
export function QuietSection({ preferences, told, browserZone, typed }: SettingsView) {
  const { quietStart, quietEnd, quietDelivery, timeZone } = preferences;
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
          <Radio name="quiet" value="night" checked={kind === 'night'} words="10 PM to 7 AM" />
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
          <ZoneSelect value={timeZone} />
          {browserZone && browserZone !== timeZone && (
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

const zoneWords = (zone: string) => zone.replaceAll('_', ' ').replaceAll('/', ' / ');

/** Zones that most of the people we may text live in come first. */
const COMMON = [
  ['America/New_York', 'Eastern (New York)'],
  ['America/Chicago', 'Central (Chicago)'],
  ['America/Denver', 'Mountain (Denver)'],
  ['America/Phoenix', 'Arizona (Phoenix)'],
  ['America/Los_Angeles', 'Pacific (Los Angeles)'],
  ['America/Anchorage', 'Alaska (Anchorage)'],
  ['Pacific/Honolulu', 'Hawaii (Honolulu)'],
  ['America/Halifax', 'Atlantic (Halifax)'],
  ['America/St_Johns', 'Newfoundland (St. John’s)'],
] as const;

function ZoneSelect({ value }: { value: string }) {
  const common = new Set<string>(COMMON.map(([zone]) => zone));
  const others = Intl.supportedValuesOf('timeZone').filter((zone) => !common.has(zone));
  const known = common.has(value) || others.includes(value);
  return (
    <select id="zone" name="zone">
      {!known && (
        <option value={value} selected>
          {zoneWords(value)}
        </option>
      )}
      <optgroup label="United States and Canada">
        {COMMON.map(([zone, words]) => (
          <option value={zone} selected={zone === value}>
            {words}
          </option>
        ))}
      </optgroup>
      <optgroup label="Everywhere">
        {others.map((zone) => (
          <option value={zone} selected={zone === value}>
            {zoneWords(zone)}
          </option>
        ))}
      </optgroup>
    </select>
  );
}
