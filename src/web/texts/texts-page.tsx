import type { ThreadJson } from '../../chat/threads.ts';
import { threadPath } from '../../links/safe-next.ts';
import type { DeliveryJson } from '../../notifications/operate/delivery-log.ts';
import { dayKey, dayName, timeOfDay, type WallClock } from '../clock.ts';
import { Icon, type IconName } from '../icons.tsx';
import { PageHead } from '../layout.tsx';

/** Which of the texts are shown. */
export type TextsFilter = 'all' | 'sent' | 'waiting' | 'none';

/** The person's delivery log. */
export interface TextsView {
  deliveries: DeliveryJson[];
  /** Cursor of the page after; null at the end. */
  next: string | null;
  /** This is not the first page. */
  later: boolean;
  filter: TextsFilter;
  threads: ThreadJson[];
  now: number;
  clock: WallClock;
}

/** The statuses behind each filter; `all` leaves none out. */
export const FILTER_STATUSES: Record<Exclude<TextsFilter, 'all'>, DeliveryJson['status'][]> = {
  sent: ['sending', 'sent', 'delivered', 'undelivered', 'merged'],
  waiting: ['pending', 'deferred'],
  none: ['suppressed', 'failed'],
};

const FILTERS: { filter: TextsFilter; words: string }[] = [
  { filter: 'all', words: 'All' },
  { filter: 'sent', words: 'Sent' },
  { filter: 'waiting', words: 'Waiting' },
  { filter: 'none', words: 'Not sent' },
];

const path = (filter: TextsFilter, cursor?: string) => {
  const query = new URLSearchParams({
    ...(filter === 'all' ? {} : { show: filter }),
    ...(cursor ? { cursor } : {}),
  });
  return query.size > 0 ? `/settings/texts?${query}` : '/settings/texts';
};

/** `/settings/texts`: every text that came, waits or did not come, and why, in sentences. */
export function TextsPage(view: TextsView) {
  const { deliveries, filter, next, later } = view;
  return (
    <main id="main" class="page" tabindex={-1}>
      <PageHead title="Your texts">
        <p>For every message to you: whether you got a text about it, and why.</p>
      </PageHead>
      <nav class="filters" aria-label="Which texts">
        {FILTERS.map((each) => (
          <a href={path(each.filter)} aria-current={each.filter === filter ? 'true' : undefined}>
            {each.words}
          </a>
        ))}
      </nav>
      {deliveries.length === 0 ? <Nothing filter={filter} /> : <Days {...view} />}
      {(next || later) && (
        <div class="row pager">
          {later && (
            <a class="button" href={path(filter)}>
              Newest
            </a>
          )}
          {next && (
            <a class="button" href={path(filter, next)} rel="next">
              Older texts
            </a>
          )}
        </div>
      )}
    </main>
  );
}

function Nothing({ filter }: { filter: TextsFilter }) {
  const words: Record<TextsFilter, string> = {
    all: 'Nothing yet. When your family writes and you are away, it shows here.',
    sent: 'No text was sent to you yet.',
    waiting: 'No text is waiting for you.',
    none: 'No text was left out so far.',
  };
  return (
    <div class="card nothing">
      <p>{words[filter]}</p>
      {filter === 'all' && (
        <p>
          <a href="/settings#texts">Send yourself a test text</a>
        </p>
      )}
    </div>
  );
}

function Days({ deliveries, threads, now, clock }: TextsView) {
  const days = Map.groupBy(deliveries, ({ createdAt }) => dayKey(Date.parse(createdAt), clock.zone));
  const titles = new Map(threads.map(({ id, title }) => [id, title]));
  return (
    <>
      {[...days.values()].map((group) => (
        <section class="text-day">
          <h2>{dayName(Date.parse(group[0]!.createdAt), now, clock.zone)}</h2>
          <ul class="plain">
            {group.map((delivery) => (
              <TextItem
                delivery={delivery}
                title={titles.get(delivery.threadId ?? '') ?? null}
                clock={clock}
              />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

const SIGNS: Record<DeliveryJson['status'], { icon: IconName; tone: string; words: string }> = {
  pending: { icon: 'clock', tone: 'care', words: 'Waiting' },
  deferred: { icon: 'clock', tone: 'care', words: 'Waiting' },
  sending: { icon: 'send', tone: 'good', words: 'Sending' },
  sent: { icon: 'send', tone: 'good', words: 'Sent' },
  delivered: { icon: 'check', tone: 'good', words: 'Sent, and arrived' },
  merged: { icon: 'check', tone: 'good', words: 'Sent with another' },
  undelivered: { icon: 'bad', tone: 'bad', words: 'Sent, did not arrive' },
  failed: { icon: 'bad', tone: 'bad', words: 'Could not be sent' },
  suppressed: { icon: 'mute', tone: '', words: 'Not sent' },
};

function TextItem({
  delivery,
  title,
  clock,
}: {
  delivery: DeliveryJson;
  title: string | null;
  clock: WallClock;
}) {
  const { icon, tone, words } = SIGNS[delivery.status];
  const { threadId, createdAt, kind } = delivery;
  return (
    <li class="text-item">
      <span class={`sign ${tone}`}>
        <Icon name={icon} />
      </span>
      <p class="text-what">
        <b>{words}</b>
        {threadId && title && (
          <>
            {' ·\u00a0'}
            <a href={threadPath(threadId)}>{title}</a>
          </>
        )}
        {kind === 'test' && ' ·\u00a0Test text'}
      </p>
      <time class="soft small" datetime={createdAt}>
        {timeOfDay(Date.parse(createdAt), clock)}
      </time>
      <p class="text-why">{delivery.explanation}</p>
    </li>
  );
}
