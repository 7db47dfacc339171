import type { Hono } from 'hono';
import { listThreads } from '../../chat/threads.ts';
import { readPreferences } from '../../identity/preferences/read-preferences.ts';
import { listDeliveries } from '../../notifications/operate/delivery-log.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import type { AppEnv } from '../../platform/http/endpoint.ts';
import { answerPage, forMembers, type PageContext } from '../answer.tsx';
import { readerClock, sentenceClock } from '../reader-clock.ts';
import { FILTER_STATUSES, type TextsFilter, TextsPage } from './texts-page.tsx';

const PAGE = 50;

const filterOf = (text: string | undefined): TextsFilter =>
  text === 'sent' || text === 'waiting' || text === 'none' ? text : 'all';

async function page(c: PageContext, caller: Caller): Promise<Response> {
  const { deps } = c.var;
  const filter = filterOf(c.req.query('show'));
  const cursor = c.req.query('cursor')?.slice(0, 200);
  const statuses = filter === 'all' ? undefined : FILTER_STATUSES[filter];
  const [{ deliveries, next }, threads, read] = await Promise.all([
    listDeliveries(deps, caller, {
      limit: PAGE,
      cursor,
      statuses,
      ...sentenceClock(c.var.deps.config, c.req.raw.headers),
    }),
    listThreads(deps, caller),
    readPreferences(deps, caller),
  ]);
  const clock = readerClock(c.var.deps.config, c.req.raw.headers, read?.preferences.timeZone ?? 'UTC');
  const view = { deliveries, next, later: cursor !== undefined, filter, threads, now: deps.now(), clock };
  const frame = { title: 'Your texts', section: 'why' as const, timeZone: clock.zone };
  return answerPage(c, caller, frame, <TextsPage {...view} />);
}

/** `/settings/texts`: the delivery log of the one who looks. */
export function mountTextsPage(app: Hono<AppEnv>): void {
  app.get('/settings/texts', forMembers(page));
}
