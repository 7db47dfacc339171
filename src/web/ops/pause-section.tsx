import { timeInWords } from '../clock.ts';
import { ToldNotice } from './fault-sections.tsx';
import type { OpsView } from './ops-page.tsx';
import { DataTable } from './tables.tsx';

/** What may be paused, by the value of the form's field; those with a colon need to say which. */
export const PAUSABLE: Record<string, string> = {
  service: 'All but codes',
  'kind:code': 'One-time codes',
  'family:': 'A family (its id)',
  'country:': 'A country (two letters)',
};

/** For how long, by hours; empty: until somebody ends it. */
export const PAUSE_HOURS: Record<string, string> = {
  '': 'Until it is ended',
  1: 'For an hour',
  4: 'For four hours',
  24: 'For a day',
};

const Options = ({ of }: { of: Record<string, string> }) => (
  <>
    {Object.entries(of).map(([value, words], i) => (
      <option value={value} selected={i === 0}>
        {words}
      </option>
    ))}
  </>
);

function Paused({ pauses, now, clock }: OpsView) {
  if (pauses.length === 0) return <p>Nothing is paused.</p>;
  return (
    <DataTable
      caption="What is paused"
      head={['What', 'Why', 'End it', 'Since', 'Until']}
      rows={pauses.map(({ scope, reason, since, until }) => [
        <code>{scope}</code>,
        reason,
        <form method="post" action="/ops/resume" data-swap="pauses">
          <button class="button small" type="submit" name="scope" value={scope}>
            Let them go<span class="unseen">: {scope}</span>
          </button>
        </form>,
        timeInWords(since, now, clock),
        until === null ? 'it is ended' : timeInWords(until, now, clock),
      ])}
    />
  );
}

/** The brake: what is paused, and pausing more. */
export function Pauses(view: OpsView) {
  return (
    <section class="card" id="pauses" aria-labelledby="pauses-title" data-region>
      <h2 id="pauses-title" tabindex={-1}>
        Pause texts
      </h2>
      <ToldNotice section="pauses" told={view.told} />
      <Paused {...view} />
      <form class="ops-form" method="post" action="/ops/pause" data-swap="pauses">
        <label class="field">
          <span class="label">What</span>
          <select name="what">
            <Options of={PAUSABLE} />
          </select>
        </label>
        <label class="field">
          <span class="label">Which family or country</span>
          <input type="text" name="which" maxlength={128} autocomplete="off" autocapitalize="off" />
        </label>
        <label class="field">
          <span class="label">How long</span>
          <select name="hours">
            <Options of={PAUSE_HOURS} />
          </select>
        </label>
        <label class="field">
          <span class="label">Why (people read it)</span>
          <input type="text" name="reason" maxlength={200} required autocomplete="off" />
        </label>
        <button class="button danger" type="submit">
          Pause
        </button>
      </form>
    </section>
  );
}
