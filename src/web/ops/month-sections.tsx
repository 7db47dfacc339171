import { isoDay } from '../clock.ts';
import { Legend, NamedBars, type Series, StackedBars } from './bars.tsx';
import { barsByDay, OUTCOMES, REASONS } from './figures.ts';
import type { OpsView } from './ops-page.tsx';
import { DataTable } from './tables.tsx';

const DAYS = 30;

/** What became of the texts of thirty days. */
export function Outcomes({ month, now, clock }: OpsView) {
  const bars = barsByDay(month.byDay, DAYS, isoDay(now, clock.zone));
  const some = bars.filter(({ values }) => OUTCOMES.some(({ key }) => values[key]));
  return (
    <section class="card" id="outcomes" aria-labelledby="outcomes-title" data-region>
      <h2 id="outcomes-title">Texts by outcome, 30 days</h2>
      <Legend series={OUTCOMES} />
      <StackedBars bars={bars} series={OUTCOMES} label="Texts by outcome and day, 30 days" />
      {some.length === 0 ? (
        <p class="soft">No texts in 30 days.</p>
      ) : (
        <DataTable
          caption={`Texts by outcome and day (${clock.zone})`}
          head={['Day', ...OUTCOMES.map(({ words }) => words)]}
          numeric={OUTCOMES.map((_, i) => i + 1)}
          rows={some
            .toReversed()
            .map(({ day, values }) => [day, ...OUTCOMES.map(({ key }) => values[key] ?? 0)])}
        />
      )}
    </section>
  );
}

const COUNT: Series[] = [{ key: 'count', words: 'Texts', className: 'c-suppressed' }];

/** Why texts of thirty days were left out. */
export function Reasons({ month }: OpsView) {
  const reasons = Object.entries(month.byReason)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => ({ label: REASONS[reason] ?? reason, reason, count }));
  return (
    <section class="card" id="reasons" aria-labelledby="reasons-title" data-region>
      <h2 id="reasons-title">Why texts were left out or wait</h2>
      {reasons.length === 0 ? (
        <p class="soft">None were, in 30 days.</p>
      ) : (
        <>
          <NamedBars
            bars={reasons.map(({ label, count }) => ({ label, values: { count } }))}
            series={COUNT}
            label="Reasons of suppression, 30 days"
          />
          <DataTable
            caption="Reasons of suppression, 30 days"
            head={['Reason', 'In the log', 'Texts']}
            numeric={[2]}
            rows={reasons.map(({ label, reason, count }) => [label, <code>{reason}</code>, count])}
          />
        </>
      )}
    </section>
  );
}

const OPENED: Series[] = [
  { key: 'app', words: 'In the app', className: 'c-delivered' },
  { key: 'store', words: 'After installing it', className: 'c-merged' },
  { key: 'web', words: 'On the web', className: 'c-sent' },
  { key: 'expired', words: 'Too late', className: 'c-waiting' },
  { key: 'bot', words: 'Previews and crawlers', className: 'c-suppressed' },
];
const DEVICES: Record<string, string> = {
  ios: 'iPhone, iPad',
  android: 'Android',
  maybe_ipad: 'Mac or iPad',
  desktop: 'Computer',
};

/** By what the links of thirty days were opened. */
export function Opens({ month }: OpsView) {
  const devices = new Map<string, Record<string, number>>();
  for (const { device, outcome, count } of month.opens) {
    const values = devices.get(device) ?? {};
    devices.set(device, { ...values, [outcome]: (values[outcome] ?? 0) + count });
  }
  const bars = [...devices].map(([device, values]) => ({ label: DEVICES[device] ?? device, values }));
  return (
    <section class="card" id="opens" aria-labelledby="opens-title" data-region>
      <h2 id="opens-title">Links opened, by device</h2>
      {bars.length === 0 ? (
        <p class="soft">None in 30 days.</p>
      ) : (
        <>
          <Legend series={OPENED} />
          <NamedBars bars={bars} series={OPENED} label="Links opened by device, 30 days" />
          <DataTable
            caption="Links opened by device, 30 days"
            head={['Device', ...OPENED.map(({ words }) => words)]}
            numeric={OPENED.map((_, i) => i + 1)}
            rows={bars.map(({ label, values }) => [label, ...OPENED.map(({ key }) => values[key] ?? 0)])}
          />
        </>
      )}
    </section>
  );
}
