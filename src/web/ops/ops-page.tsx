import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import type { Overview } from '../../events/operations-overview.ts';
import { timeOfDay, type WallClock } from '../clock.ts';
import { PageHead } from '../layout.tsx';
import { Acts, Alerts, DeadLetters, Errors } from './fault-sections.tsx';
import { LookUpSection } from './look-up-page.tsx';
import { Opens, Outcomes, Reasons } from './month-sections.tsx';
import { Now, PartsSection } from './now-section.tsx';
import { Pauses } from './pause-section.tsx';
import { HoursOfToday, Today } from './today-section.tsx';

/** The sections of `/ops` that hold forms. */
export type OpsSection = 'alerts' | 'pauses' | 'dead';

/** What operators look at. */
export interface OpsView extends Omit<Overview, 'receiver'> {
  /** What a form was answered with. */
  told: { section: OpsSection; tone: 'good' | 'bad'; words: string } | null;
  now: number;
  /** The one clock of the page: bars, alerts and times. */
  clock: WallClock;
}

/** How often the page looks again by itself, where the script runs; parts in which somebody is at work stay. */
const AGAIN_SECONDS = 30;

/** `/ops`: is anything wrong, since when, what is it, what to do, whom does it hit; nothing that leads to a person. */
function OpsPage(view: OpsView) {
  const { now, clock } = view;
  return (
    <main id="main" class="page wide ops" tabindex={-1} data-watch={AGAIN_SECONDS}>
      <PageHead title="Operations">
        <p id="clock" data-region data-seen={now}>
          Seen at {timeOfDay(now, clock)}. All times and days are those of {clock.zone}.{' '}
          <span class="with-script">The page looks again by itself each {AGAIN_SECONDS} seconds.</span>
        </p>
      </PageHead>
      <Now {...view} />
      <PartsSection {...view} />
      <LookUpSection />
      <Alerts {...view} />
      <Pauses {...view} />
      <Today {...view} />
      <HoursOfToday {...view} />
      <Errors {...view} />
      <Outcomes {...view} />
      <div class="ops-pair">
        <Reasons {...view} />
        <Opens {...view} />
      </div>
      <DeadLetters {...view} />
      <Acts {...view} />
    </main>
  );
}

/** What was rendered of an overview, by the clock: it is shown to all who look at the same time. */
const rendered = new WeakMap<Overview, Map<string, string>>();

/** {@link OpsPage}, rendered once for all who are shown the same overview by the same clock. */
export function opsBody(overview: Overview, { clock, told }: Pick<OpsView, 'clock' | 'told'>): Child {
  const page = <OpsPage {...overview} now={overview.at} clock={clock} told={told} />;
  if (told) return page;
  const bodies = rendered.get(overview) ?? new Map<string, string>();
  rendered.set(overview, bodies);
  const key = `${clock.zone} ${clock.hours}`;
  const body = bodies.get(key) ?? String(page);
  bodies.set(key, body);
  return raw(body);
}
