import type { AlertJson } from '../../notifications/operate/acknowledge.ts';
import { MINUTE_MS } from '../../platform/time.ts';
import { timeInWords } from '../clock.ts';
import { Notice } from '../layout.tsx';
import type { OpsView } from './ops-page.tsx';
import { DataTable, StatePill } from './tables.tsx';

/** The newest alert of a kind. */
const newestOf = (alerts: readonly AlertJson[], kind: string): AlertJson | undefined =>
  alerts.find((alert) => alert.kind === kind);

/** For so long after it last came an alert is something that is wrong now. */
const FRESH_MS = 10 * MINUTE_MS;

/** Is anything wrong at this moment? What an operator knows of is said without alarm. */
export function Now({ today, parts, now, clock }: OpsView) {
  const { troubles, alerts } = today;
  const open = alerts.filter(
    ({ acknowledgedAt, kind }) => acknowledgedAt === null && !troubles.some((each) => each.kind === kind),
  );
  const fresh = open.filter(
    ({ kind, lastAt }, i) =>
      Date.parse(lastAt) > now - FRESH_MS && open.findIndex((each) => each.kind === kind) === i,
  );
  const kinds = [...new Set(open.map(({ kind }) => kind))].filter(
    (kind) => !fresh.some((each) => each.kind === kind),
  );
  return (
    <div class="ops-now" id="now" data-region>
      <Parts parts={parts} isTroubled={troubles.length > 0} isAlerted={fresh.length > 0} />
      {fresh.map(({ kind, message, firstAt }) => (
        <Notice tone="bad">
          {message}{' '}
          <span class="soft">
            ({kind}, since {timeInWords(Date.parse(firstAt), now, clock)}; nobody has acknowledged it.)
          </span>{' '}
          <a href="#alerts">Look at it</a>
        </Notice>
      ))}
      {troubles.map(({ kind, message }) => {
        const known = newestOf(alerts, kind);
        return known?.acknowledgedAt ? (
          <Notice tone="care">
            {message}{' '}
            <span class="soft">
              Known to {known.acknowledgedBy} since{' '}
              {timeInWords(Date.parse(known.acknowledgedAt), now, clock)}.
            </span>
          </Notice>
        ) : (
          <Notice tone="bad">{message}</Notice>
        );
      })}
      {kinds.length > 0 && (
        <Notice tone="care">
          Alerts of the last 24 hours that nobody has acknowledged: {kinds.join(', ')}.{' '}
          <a href="#alerts">Look at them</a>
        </Notice>
      )}
    </div>
  );
}

/** That all is well; or the parts that are not, as the table below says of each. */
function Parts({
  parts,
  isTroubled,
  isAlerted,
}: Pick<OpsView, 'parts'> & { isTroubled: boolean; isAlerted: boolean }) {
  const named = (state: OpsView['parts'][number]['state']) =>
    parts
      .filter((part) => part.state === state)
      .map(({ name }) => name)
      .join(', ');
  const [bad, slow] = [named('bad'), named('slow')];
  const link = <a href="#parts">What proves it</a>;
  if (isTroubled) return null;
  if (bad !== '') {
    return (
      <Notice tone="bad">
        Not working: {bad}. {link}
      </Notice>
    );
  }
  if (isAlerted) return null;
  if (slow === '') return <Notice tone="good">Nothing is wrong now.</Notice>;
  return (
    <Notice tone="care">
      Nothing is wrong with texts now. Look at: {slow}. {link}
    </Notice>
  );
}

/** How each part does, and what proves it. */
export function PartsSection({ parts }: OpsView) {
  return (
    <section class="card" id="parts" aria-labelledby="parts-title" data-region>
      <h2 id="parts-title">What texts go through</h2>
      <DataTable
        caption="Parts of the service, with the proof and their states"
        head={['Part', 'Proof', 'State']}
        rows={parts.map(({ name, state, proof }) => [name, proof, <StatePill state={state} />])}
      />
    </section>
  );
}
