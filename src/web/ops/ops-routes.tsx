import type { Hono } from 'hono';
import { retryDeadLetter } from '../../notifications/operate/dead-letters.ts';
import { loadStats } from '../../notifications/operate/stats.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import { AppError } from '../../platform/errors.ts';
import { readForm } from '../../platform/http/body.ts';
import type { AppEnv } from '../../platform/http/endpoint.ts';
import { answerPage, forMembers, type PageContext, viewerOf } from '../answer.tsx';
import { readerClock } from '../reader-clock.ts';
import { OpsPage, type OpsView } from './ops-page.tsx';

const DAY_HOURS = 24;
const MONTH_HOURS = 30 * DAY_HOURS;

/** For operators; to everyone else the address does not exist. */
const forOperators = (handle: (c: PageContext, caller: Caller) => Promise<Response>) =>
  forMembers((c, caller) => {
    if (viewerOf(c, caller)?.operator) return handle(c, caller);
    throw new AppError('not_found', 'There is nothing at this address.');
  });

async function page(c: PageContext, caller: Caller, refused: OpsView['told'] = null): Promise<Response> {
  const { deps } = c.var;
  const [today, month] = await Promise.all([loadStats(deps, DAY_HOURS), loadStats(deps, MONTH_HOURS)]);
  const clock = readerClock(c, 'UTC');
  const done =
    c.req.query('done') === 'retry' ? { tone: 'good' as const, words: 'It goes again, now.' } : null;
  const view = { today, month, told: refused ?? done, now: deps.now(), clock };
  const frame = { title: 'Operations', section: 'operations' as const, timeZone: clock.zone };
  return answerPage(c, caller, { ...frame, status: refused ? 409 : 200 }, <OpsPage {...view} />);
}

async function retry(c: PageContext, caller: Caller): Promise<Response> {
  const deliveryId = (await readForm(c.req.raw)).get('delivery') ?? '';
  try {
    await retryDeadLetter(c.var.deps, deliveryId);
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    return page(c, caller, { tone: 'bad', words: error.message });
  }
  return c.redirect('/ops?done=retry', 303);
}

/** `/ops`. */
export function mountOpsPage(app: Hono<AppEnv>): void {
  app.get(
    '/ops',
    forOperators((c, caller) => page(c, caller)),
  );
  app.post('/ops/retry', forOperators(retry));
}
