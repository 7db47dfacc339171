import type { Stats } from '../../notifications/operate/stats.ts';
import { timeInWords, type WallClock } from '../clock.ts';
import { Notice, PageHead } from '../layout.tsx';
import { Legend, NamedBars, type Series, StackedBars } from './bars.tsx';
import { agoWords, barsByDay, dollars, OUTCOMES, outcomeCounts, REASONS, secondsWords } from './figures.ts';
import { DataTable, Tile } from './tables.tsx';

/** What operators look at. */
export interface OpsView {
  /** The last 24 hours. */
  today: Stats;
  /** The last 30 days. */
  month: Stats;
  told: { tone: 'good' | 'bad'; words: string } | null;
  now: number;
  clock: WallClock;
}

const DAYS = 30;

/** `/ops`: counts, costs, faults; nothing that leads to a person. */
export function OpsPage(view: OpsView) {
  return (
    <main id="main" class="page wide ops" tabindex={-1}>
      <PageHead title="Operations">
        <p>Texts and links over the last 24 hours and 30 days. No names, numbers or words of anybody.</p>
      </PageHead>
      <Now {...view} />
      {view.told && <Notice tone={view.told.tone}>{view.told.words}</Notice>}
      <Today {...view} />
      <Alerts {...view} />
      <Outcomes {...view} />
      <div class="ops-pair">
        <Reasons {...view} />
        <Opens {...view} />
      </div>
      <Errors {...view} />
      <DeadLetters {...view} />
    </main>
  );
}

/** Is anything wrong at this moment? */
function Now({ today, now, clock }: OpsView) {
  if (today.troubles.length === 0) {
    return (
      <Notice tone="good">{`Nothing is wrong now, ${timeInWords(now, now, clock)} (${clock.zone}).`}</Notice>
    );
  }
  return (
    <>
      {today.troubles.map(({ message }) => (
        <Notice tone="bad">{message}</Notice>
      ))}
    </>
  );
}

function Today({ today, month, now }: OpsView) {
  const counts = outcomeCounts(today.byStatus);
  const sent = (counts.sent ?? 0) + (counts.delivered ?? 0) + (counts.failed ?? 0);
  const { oldestAt, count } = today.waiting;
  return (
    <section aria-labelledby="today">
      <h2 id="today">Last 24 hours</h2>
      <dl class="tiles">
        <Tile name="Texts sent" value={String(sent)} hint={`${counts.failed ?? 0} failed`} />
        <Tile
          name="From post to sent"
          value={secondsWords(today.secondsToSent.p50)}
          hint={`95 of 100 within ${secondsWords(today.secondsToSent.p95)}`}
        />
        <Tile name="Segments" value={String(today.segments)} hint={`about ${dollars(today.segments)}`} />
        <Tile
          name="Segments, 30 days"
          value={String(month.segments)}
          hint={`about ${dollars(month.segments)}`}
        />
        <Tile
          name="Should have left"
          value={String(today.unmoved.texts)}
          hint={
            today.unmoved.oldestAt
              ? `to ${today.unmoved.people} people, the oldest for ${agoWords(Date.parse(today.unmoved.oldestAt), now)}`
              : 'all have left'
          }
        />
        <Tile
          name="Failed tries, 5 min"
          value={`${Math.round(today.tries.five.share * 100)} %`}
          hint={`60 min: ${Math.round(today.tries.sixty.share * 100)} %`}
        />
        <Tile
          name="Overdue now"
          value={String(count)}
          hint={oldestAt ? `the oldest for ${agoWords(Date.parse(oldestAt), now)}` : 'the queue keeps up'}
        />
        <Tile
          name="Dead letters"
          value={String(today.deadLetters.length)}
          hint={today.deadLetters.length > 0 ? 'see below' : 'none open'}
        />
      </dl>
    </section>
  );
}

function Alerts({ month, now, clock }: OpsView) {
  return (
    <section class="card" aria-labelledby="alerts">
      <h2 id="alerts">Alerts</h2>
      {month.alerts.length === 0 ? (
        <p class="soft">None in 30 days.</p>
      ) : (
        <DataTable
          caption="Alerts of the last 30 days"
          head={['What', 'What to do', 'Times', 'Last']}
          numeric={[2]}
          rows={month.alerts.map(({ kind, message, count, lastAt }) => [
            <code>{kind}</code>,
            message,
            count,
            timeInWords(Date.parse(lastAt), now, clock),
          ])}
        />
      )}
    </section>
  );
}

function Outcomes({ month, now }: OpsView) {
  const bars = barsByDay(month.byDay, DAYS, now);
  const some = bars.filter(({ values }) => OUTCOMES.some(({ key }) => values[key]));
  return (
    <section class="card" aria-labelledby="outcomes">
      <h2 id="outcomes">Texts by outcome</h2>
      <Legend series={OUTCOMES} />
      <StackedBars bars={bars} series={OUTCOMES} label="Texts by outcome and day, 30 days" />
      {some.length === 0 ? (
        <p class="soft">No texts in 30 days.</p>
      ) : (
        <DataTable
          caption="Texts by outcome and day (UTC)"
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

function Reasons({ month }: OpsView) {
  const reasons = Object.entries(month.byReason)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => ({ label: REASONS[reason] ?? reason, reason, count }));
  return (
    <section class="card" aria-labelledby="reasons">
      <h2 id="reasons">Why texts were left out or wait</h2>
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

function Opens({ month }: OpsView) {
  const devices = new Map<string, Record<string, number>>();
  for (const { device, outcome, count } of month.opens) {
    const values = devices.get(device) ?? {};
    devices.set(device, { ...values, [outcome]: (values[outcome] ?? 0) + count });
  }
  const bars = [...devices].map(([device, values]) => ({ label: DEVICES[device] ?? device, values }));
  return (
    <section class="card" aria-labelledby="opens">
      <h2 id="opens">Links opened, by device</h2>
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

function Errors({ month }: OpsView) {
  return (
    <section class="card" aria-labelledby="errors">
      <h2 id="errors">Twilio’s errors</h2>
      {month.errors.length === 0 ? (
        <p class="soft">None in 30 days.</p>
      ) : (
        <DataTable
          caption="Twilio errors of the last 30 days"
          head={['Code', 'What to do', 'Texts']}
          numeric={[2]}
          rows={month.errors.map(({ code, advice, count }) => [<code>{code}</code>, advice, count])}
        />
      )}
    </section>
  );
}

function DeadLetters({ today, now, clock }: OpsView) {
  return (
    <section class="card" aria-labelledby="dead">
      <h2 id="dead">Dead letters</h2>
      <p class="soft">
        Deliveries that failed every attempt of the queue. Nothing is lost: they can go again.
      </p>
      {today.deadLetters.length === 0 ? (
        <p>None.</p>
      ) : (
        <DataTable
          caption="Open dead letters"
          head={['Delivery', 'Times', 'Last', 'Again']}
          numeric={[1]}
          rows={today.deadLetters.map(({ deliveryId, count, lastAt }) => [
            <code>{deliveryId}</code>,
            count,
            timeInWords(Date.parse(lastAt), now, clock),
            <form method="post" action="/ops/retry">
              <button class="button small" type="submit" name="delivery" value={deliveryId}>
                Send again<span class="unseen">: {deliveryId}</span>
              </button>
            </form>,
          ])}
        />
      )}
    </section>
  );
}
