import { agoWords } from '../../platform/clock-words.ts';
import { Legend, StackedBars } from './bars.tsx';
import { barsByHour, dollars, OUTCOMES, outcomeCounts, secondsWords } from './figures.ts';
import type { OpsView } from './ops-page.tsx';
import { DataTable, Tile } from './tables.tsx';

/** The figures of the last 24 hours. */
export function Today({ today, month, now }: OpsView) {
  const counts = outcomeCounts(today.byStatus);
  const sent = (counts.sent ?? 0) + (counts.delivered ?? 0) + (counts.failed ?? 0);
  const { hour, waiting, unmoved } = today;
  const ago = (at: string) => agoWords(Date.parse(at), now);
  return (
    <section id="today" aria-labelledby="today-title" data-region>
      <h2 id="today-title">Last 24 hours</h2>
      <dl class="tiles">
        <Tile
          name="Texts this hour"
          value={String(hour.now.texts)}
          hint={`${hour.weekAgo.texts} in the whole same hour a week ago`}
        />
        <Tile
          name="Cost of this hour"
          value={dollars(hour.now.segments)}
          hint={`${dollars(hour.weekAgo.segments)} a week ago`}
        />
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
          value={String(unmoved.texts)}
          hint={
            unmoved.oldestAt
              ? `to ${unmoved.people} people, the oldest for ${ago(unmoved.oldestAt)}`
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
          value={String(waiting.count)}
          hint={waiting.oldestAt ? `the oldest for ${ago(waiting.oldestAt)}` : 'the queue keeps up'}
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

/** What became of the texts of 24 hours, hour by hour. */
export function HoursOfToday({ today, now, clock }: OpsView) {
  const bars = barsByHour(today.byHour, now, clock);
  const some = bars.filter(({ values }) => OUTCOMES.some(({ key }) => values[key]));
  return (
    <section class="card" id="hours" aria-labelledby="hours-title" data-region>
      <h2 id="hours-title">Texts by outcome, 24 hours</h2>
      <Legend series={OUTCOMES} />
      <StackedBars bars={bars} series={OUTCOMES} label="Texts by outcome and hour, 24 hours" />
      {some.length === 0 ? (
        <p class="soft">No texts in 24 hours.</p>
      ) : (
        <DataTable
          caption={`Texts by outcome and hour (${clock.zone})`}
          head={['Hour', ...OUTCOMES.map(({ words }) => words)]}
          numeric={OUTCOMES.map((_, i) => i + 1)}
          rows={some
            .toReversed()
            .map(({ words, values }) => [words, ...OUTCOMES.map(({ key }) => values[key] ?? 0)])}
        />
      )}
    </section>
  );
}
