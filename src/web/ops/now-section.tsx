import { timeInWords } from '../clock.ts';
import { Notice } from '../layout.tsx';
import { newestOf, type OpsView } from './ops-view.ts';
import { DataTable, StatePill } from './tables.tsx';

/** Is anything wrong at this moment? What an operator knows of is said without alarm. */
export function Now({ today, now, clock }: OpsView) {
  const { troubles, alerts } = today;
  const open = alerts.filter(
    ({ acknowledgedAt, kind }) => acknowledgedAt === null && !troubles.some((each) => each.kind === kind),
  );
  const kinds = [...new Set(open.map(({ kind }) => kind))];
  return (
    <div class="ops-now" id="now" data-region>
      {troubles.length === 0 && <Notice tone="good">Nothing is wrong now.</Notice>}
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
