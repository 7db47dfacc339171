import type { LookUp, PersonReport } from '../../identity/look-up/person-look-up.ts';
import { timeInWords, type WallClock } from '../clock.ts';
import { Notice, PageHead } from '../layout.tsx';
import { REASONS } from './figures.ts';
import { DataTable } from './tables.tsx';

/** The form that finds somebody, with its heading on the page of operations. */
export function LookUpSection() {
  return (
    <section class="card" id="look-up" aria-labelledby="look-up-title">
      <h2 id="look-up-title">Why did somebody get nothing?</h2>
      <LookUpForm text="" />
    </section>
  );
}

/** @param text what was asked for last */
function LookUpForm({ text }: { text: string }) {
  return (
    <>
      <form class="look-form" method="post" action="/ops/look-up">
        <label class="field">
          <span class="label">A number, the id of a person, family or delivery, or how a name begins</span>
          <input type="search" name="q" value={text} maxlength={200} required autocomplete="off" />
        </label>
        <button class="button" type="submit">
          Look
        </button>
      </form>
      <p class="soft small">Each look is written down, with who looked at whom.</p>
    </>
  );
}

/** What the page of a look-up shows. */
export interface LookUpView {
  text: string;
  found: LookUp;
  now: number;
  clock: WallClock;
}

/** `/ops/look-up`: who was found, and what decides about their texts. */
export function LookUpPage(view: LookUpView) {
  const { text, found, clock } = view;
  return (
    <main id="main" class="page wide ops" tabindex={-1}>
      <PageHead title="Why did somebody get nothing?">
        <p>
          <a href="/ops">Operations</a>. All times are those of {clock.zone}.
        </p>
      </PageHead>
      <section class="card" aria-label="Look again">
        <LookUpForm text={text} />
      </section>
      {found.databases.down.length > 0 && (
        <Notice tone="bad">
          Databases did not answer: {found.databases.down.join(', ')}. There may be more.
        </Notice>
      )}
      <NumberState {...view} />
      {found.people.length === 0 && <Notice tone="care">Nobody was found.</Notice>}
      {found.person ? <Report person={found.person} {...view} /> : <Several {...view} />}
    </main>
  );
}

function NumberState({ found: { number }, now, clock }: LookUpView) {
  if (!number) return null;
  const marks = [
    ['said stop', number.optedOutAt],
    ['is blocked by its carrier', number.carrierOptedOutAt],
    ['cannot receive texts', number.unusableAt],
  ] as const;
  const known = marks.flatMap(([words, at]) =>
    at === null ? [] : [`${words} since ${timeInWords(Date.parse(at), now, clock)}`],
  );
  if (number.held && known.length === 0) return null;
  const held = number.held ? '' : 'Nobody holds this number. ';
  return (
    <Notice tone="care">
      {held}
      {known.length > 0 && `The number ${known.join(', ')}.`}
    </Notice>
  );
}

function Several({ found: { people } }: LookUpView) {
  if (people.length === 0) return null;
  return (
    <section class="card" aria-labelledby="several">
      <h2 id="several">Which one?</h2>
      <DataTable
        caption="People who were found"
        head={['Name', 'Person', 'Family', 'Look']}
        rows={people.map(({ id, familyId, name }) => [
          <bdi>{name}</bdi>,
          <code>{id}</code>,
          <code>{familyId}</code>,
          <form method="post" action="/ops/look-up">
            <button class="button small" type="submit" name="q" value={id}>
              Look<span class="unseen">: {name}</span>
            </button>
          </form>,
        ])}
      />
    </section>
  );
}

const clockOf = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

function facts(person: PersonReport, time: (at: string | null) => string): [string, string][] {
  const { preferences: wishes } = person;
  const quiet =
    wishes.quietStart === null || wishes.quietEnd === null
      ? 'none of their own'
      : `${clockOf(wishes.quietStart)} to ${clockOf(wishes.quietEnd)}, then ${wishes.quietDelivery === 'drop' ? 'left out' : 'sent later'}`;
  const mutes = Object.entries(wishes.perThreadMute).map(([id, until]) =>
    until === true ? id : `${id} until ${time(String(until))}`,
  );
  return [
    ['Person', `${person.id}, last seen ${time(person.lastSeenAt)}`],
    ['Family', `${person.familyName} (${person.familyId}, in ${person.database})`],
    ['Number', `${person.phone ?? 'none'} (${person.phoneState}), proven ${time(person.phoneVerifiedAt)}`],
    [
      'Consent',
      `${wishes.smsEnabled ? 'texts are on' : 'texts are off'}; said stop: ${time(person.optedOutAt)}; carrier’s block: ${time(person.carrierOptedOutAt)}`,
    ],
    ['Quiet hours', `${quiet}; by the clock of ${wishes.timeZone} (${wishes.timeZoneSource})`],
    ['Urgent texts', wishes.urgentAllowed ? 'at any time' : 'like others'],
    ['Muted', mutes.length === 0 ? 'nothing' : mutes.join('; ')],
    ['In the chat', person.limits?.presence ?? 'not known'],
  ];
}

function Report({ person, now, clock }: LookUpView & { person: PersonReport }) {
  const time = (at: string | null) => (at === null ? 'never' : timeInWords(Date.parse(at), now, clock));
  return (
    <>
      <section class="card" aria-labelledby="person">
        <h2 id="person">
          <bdi>{person.name}</bdi>
        </h2>
        {person.holdUps.length === 0 ? (
          <Notice tone="good">A text about a new message would leave now.</Notice>
        ) : (
          <Notice tone="care">
            <ul class="plain">
              {person.holdUps.map((words) => (
                <li>{words}</li>
              ))}
            </ul>
          </Notice>
        )}
        <DataTable
          caption="What decides about their texts"
          head={['What', 'How it is']}
          rows={facts(person, time)}
        />
      </section>
      <section class="card" aria-labelledby="texts">
        <h2 id="texts">Their last texts</h2>
        {person.deliveries.length === 0 ? (
          <p class="soft">None.</p>
        ) : (
          <DataTable
            caption="Their last texts"
            head={['When', 'State', 'Reason', 'What they read about it', 'Code', 'Delivery']}
            rows={person.deliveries.map(({ id, createdAt, explanation, status, reason, error }) => [
              time(createdAt),
              <code>{status}</code>,
              reason ? (REASONS[reason] ?? reason) : '–',
              <q>{explanation}</q>,
              error ?? '–',
              <code>{id}</code>,
            ])}
          />
        )}
      </section>
      <section class="card" aria-labelledby="threads">
        <h2 id="threads">Their conversations</h2>
        <DataTable
          caption="Their conversations"
          head={['Title', 'Id', 'Messages', 'Read to']}
          numeric={[2, 3]}
          rows={person.threads.map(({ id, title, lastSeq, lastReadSeq }) => [
            <bdi>{title}</bdi>,
            <code>{id}</code>,
            lastSeq,
            lastReadSeq,
          ])}
        />
      </section>
      <section class="card" aria-labelledby="consents">
        <h2 id="consents">What they agreed to</h2>
        <DataTable
          caption="The ledger of consent, newest first"
          head={['When', 'What', 'By', 'Wording']}
          rows={person.consents.map(({ at, action, source, version }) => [
            time(at),
            action === 'opt_in' ? 'Opted in' : 'Opted out',
            source,
            version === null ? '–' : <span class="nowrap">{version}</span>,
          ])}
        />
      </section>
    </>
  );
}
