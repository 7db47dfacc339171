import { timeInWords } from '../clock.ts';
import { Notice } from '../layout.tsx';
import type { OpsSection, OpsView } from './ops-page.tsx';
import { DataTable } from './tables.tsx';

/** What a form of this section was answered with. */
export function ToldNotice({ section, told }: { section: OpsSection; told: OpsView['told'] }) {
  return told?.section === section ? <Notice tone={told.tone}>{told.words}</Notice> : null;
}

/** Alerts; one that somebody has acknowledged stays listed. */
export function Alerts({ month, now, clock, told }: OpsView) {
  const time = (at: string) => timeInWords(Date.parse(at), now, clock);
  return (
    <section class="card" id="alerts" aria-labelledby="alerts-title" data-region>
      <h2 id="alerts-title" tabindex={-1}>
        Alerts, 30 days
      </h2>
      <ToldNotice section="alerts" told={told} />
      {month.alerts.length === 0 ? (
        <p class="soft">None in 30 days.</p>
      ) : (
        <DataTable
          caption="Alerts of the last 30 days"
          head={['What', 'What to do', 'Known', 'Times', 'First', 'Last']}
          numeric={[3]}
          rows={month.alerts.map(({ id, kind, message, count, firstAt, lastAt, ...known }) => [
            <code>{kind}</code>,
            message,
            known.acknowledgedAt === null ? (
              <form method="post" action="/ops/acknowledge" data-swap="alerts">
                <button class="button small" type="submit" name="alert" value={id}>
                  I know<span class="unseen">: {kind}</span>
                </button>
              </form>
            ) : (
              `${known.acknowledgedBy}, ${time(known.acknowledgedAt)}`
            ),
            count,
            time(firstAt),
            time(lastAt),
          ])}
        />
      )}
    </section>
  );
}

/** The carrier's codes of thirty days. */
export function Errors({ month, now, clock }: OpsView) {
  const time = (at: string) => timeInWords(Date.parse(at), now, clock);
  return (
    <section class="card" id="errors" aria-labelledby="errors-title" data-region>
      <h2 id="errors-title">Twilio’s errors, 30 days</h2>
      {month.errors.length === 0 ? (
        <p class="soft">None in 30 days.</p>
      ) : (
        <DataTable
          caption="Twilio errors of the last 30 days"
          head={['Code', 'What to do', 'Texts', 'First', 'Last']}
          numeric={[2]}
          rows={month.errors.map(({ code, url, advice, count, firstAt, lastAt }) => [
            url === null ? <code>{code}</code> : <a href={url}>{code}</a>,
            advice,
            count,
            time(firstAt),
            time(lastAt),
          ])}
        />
      )}
    </section>
  );
}

/** Deliveries that failed every attempt of the queue. */
export function DeadLetters({ today, now, clock, told }: OpsView) {
  return (
    <section class="card" id="dead" aria-labelledby="dead-title" data-region>
      <h2 id="dead-title" tabindex={-1}>
        Dead letters
      </h2>
      <p class="soft">
        Deliveries that failed every attempt of the queue. Nothing is lost: they can go again.
      </p>
      <ToldNotice section="dead" told={told} />
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
            <form method="post" action="/ops/retry" data-swap="dead">
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

const ACTS: Record<OpsView['acts'][number]['act'], string> = {
  look: 'Looked at',
  acknowledge: 'Acknowledged',
  pause: 'Paused',
  resume: 'Ended the pause of',
  retry: 'Sent again',
};

/** Who did what, and who looked at whom. */
export function Acts({ acts, now, clock }: OpsView) {
  return (
    <section class="card" id="acts" aria-labelledby="acts-title" data-region>
      <h2 id="acts-title">What operators did</h2>
      {acts.length === 0 ? (
        <p class="soft">Nothing yet.</p>
      ) : (
        <DataTable
          caption="What operators did, newest first"
          head={['When', 'Who', 'What', 'Of what']}
          rows={acts.map(({ at, actor, act, subject }) => [
            timeInWords(at, now, clock),
            <code>{actor}</code>,
            ACTS[act],
            subject === null ? 'nobody was found' : <code>{subject}</code>,
          ])}
        />
      )}
    </section>
  );
}
