import type { Hono } from 'hono';
import { type Newness, sharedOverview } from '../../events/shared-overview.ts';
import { lookUp } from '../../identity/look-up/person-look-up.ts';
import { acknowledgeAlert } from '../../notifications/operate/acknowledge.ts';
import { retryDeadLetter } from '../../notifications/operate/dead-letters.ts';
import { audit } from '../../platform/audit.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import { AppError } from '../../platform/errors.ts';
import { readForm } from '../../platform/http/body.ts';
import type { AppEnv } from '../../platform/http/endpoint.ts';
import { line } from '../../platform/http/validation.ts';
import { deletePause, PAUSE_SCOPE, putPause } from '../../platform/pauses.ts';
import { HOUR_MS } from '../../platform/time.ts';
import { answerPage, forMembers, type PageContext, viewerOf } from '../answer.tsx';
import { isoDay } from '../clock.ts';
import { readerClock } from '../reader-clock.ts';
import { LookUpPage } from './look-up-page.tsx';
import { type OpsSection, type OpsView, opsBody } from './ops-page.tsx';
import { PAUSABLE, PAUSE_HOURS } from './pause-section.tsx';

/** For operators; to everyone else the address does not exist. */
const forOperators = (handle: (c: PageContext, caller: Caller) => Promise<Response>) =>
  forMembers((c, caller) => {
    if (viewerOf(c, caller)?.operator) return handle(c, caller);
    throw new AppError('not_found', 'There is nothing at this address.');
  });

/** What a form that was taken says on the page that follows. */
const DONE: Record<string, { section: OpsSection; words: string }> = {
  retry: { section: 'dead', words: 'It goes again, now.' },
  acknowledge: { section: 'alerts', words: 'Noted: it is posted no more while it goes on.' },
  pause: { section: 'pauses', words: 'Paused. It holds everywhere within two seconds.' },
  resume: { section: 'pauses', words: 'They go again.' },
};

/** Whoever has done something sees what has come of it, and whoever reloads without any cache what is so now. */
function newnessOf(c: PageContext, told: OpsView['told']): Newness {
  if (told || c.req.header('Cache-Control')?.includes('no-cache')) return 'exact';
  const shown = c.req.query('again');
  return shown === undefined ? 'opened' : { after: Number(shown) };
}

async function page(c: PageContext, caller: Caller, refused: OpsView['told'] = null): Promise<Response> {
  const { deps } = c.var;
  const clock = readerClock(c.var.deps.config, c.req.raw.headers, 'UTC');
  const done = DONE[c.req.query('done') ?? ''];
  const told: OpsView['told'] = refused ?? (done ? { ...done, tone: 'good' } : null);
  const dayOf = (at: number) => isoDay(at, clock.zone);
  const overview = await sharedOverview(deps, { zone: clock.zone, dayOf, newness: newnessOf(c, told) });
  const frame = { title: 'Operations', section: 'operations' as const, timeZone: clock.zone };
  return answerPage(c, caller, { ...frame, status: refused ? 409 : 200 }, opsBody(overview, { clock, told }));
}

/** A form of the page: does what it says, and shows the page again; a refusal in its section. */
const form = (
  name: keyof typeof DONE & string,
  act: (c: PageContext, caller: Caller, fields: URLSearchParams) => Promise<void>,
) =>
  forOperators(async (c, caller) => {
    const fields = await readForm(c.req.raw);
    try {
      await act(c, caller, fields);
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      return page(c, caller, { section: DONE[name]!.section, tone: 'bad', words: error.message });
    }
    return c.redirect(`/ops?done=${name}`, 303);
  });

const refuse = (words: string) => new AppError('invalid_request', words);

/** The scope that the form of pauses names. @throws AppError `invalid_request` */
function scopeOf(fields: URLSearchParams): string {
  const what = fields.get('what') ?? '';
  const which = (fields.get('which') ?? '').trim();
  const scope = what.endsWith(':') ? `${what}${what === 'country:' ? which.toUpperCase() : which}` : what;
  if (!Object.hasOwn(PAUSABLE, what) || !PAUSE_SCOPE.test(scope))
    throw refuse('Say which family, by its id, or which country, by two letters such as US.');
  return scope;
}

async function pause(c: PageContext, caller: Caller, fields: URLSearchParams): Promise<void> {
  const { deps } = c.var;
  const scope = scopeOf(fields);
  const reason = line(200).safeParse(fields.get('reason'));
  if (!reason.success) throw refuse('Say why, in one line: people read it.');
  const hours = fields.get('hours') ?? '';
  if (!Object.hasOwn(PAUSE_HOURS, hours)) throw refuse('Choose how long.');
  const now = deps.now();
  const until = hours === '' ? null : now + Number(hours) * HOUR_MS;
  await audit(deps, { actor: caller.userId, act: 'pause', subject: scope });
  await putPause(deps.db.directory, { scope, until, reason: reason.data }, now);
  deps.log.warn('texts.paused', { scope, actor: caller.userId });
}

async function resume(c: PageContext, caller: Caller, fields: URLSearchParams): Promise<void> {
  const { deps } = c.var;
  const scope = fields.get('scope') ?? '';
  if (!PAUSE_SCOPE.test(scope)) throw refuse('There is no such pause.');
  await audit(deps, { actor: caller.userId, act: 'resume', subject: scope });
  await deletePause(deps.db.directory, scope);
  deps.log.warn('texts.resumed', { scope, actor: caller.userId });
}

async function retry(c: PageContext, caller: Caller, fields: URLSearchParams): Promise<void> {
  const { deps } = c.var;
  const deliveryId = fields.get('delivery') ?? '';
  await retryDeadLetter(deps, deliveryId);
  await audit(deps, { actor: caller.userId, act: 'retry', subject: deliveryId });
}

async function acknowledge(c: PageContext, caller: Caller, fields: URLSearchParams): Promise<void> {
  await acknowledgeAlert(c.var.deps, fields.get('alert') ?? '', caller.userId);
}

/** A form and not an address, so that no number stands in one. */
async function lookUpPage(c: PageContext, caller: Caller): Promise<Response> {
  const asked = line(200).safeParse((await readForm(c.req.raw)).get('q'));
  if (!asked.success) return c.redirect('/ops#look-up', 303);
  const { deps } = c.var;
  const found = await lookUp(deps, asked.data, caller.userId);
  const clock = readerClock(c.var.deps.config, c.req.raw.headers, 'UTC');
  const frame = { title: 'Look-up', section: 'operations' as const, timeZone: clock.zone };
  const view = { text: asked.data, found, now: deps.now(), clock };
  return answerPage(c, caller, frame, <LookUpPage {...view} />);
}

/** `/ops`. */
export function mountOpsPage(app: Hono<AppEnv>): void {
  app.get(
    '/ops',
    forOperators((c, caller) => page(c, caller)),
  );
  app.post('/ops/retry', form('retry', retry));
  app.post('/ops/acknowledge', form('acknowledge', acknowledge));
  app.post('/ops/pause', form('pause', pause));
  app.post('/ops/resume', form('resume', resume));
  app.post('/ops/look-up', forOperators(lookUpPage));
  // Whoever reloads the page of a look-up, or comes back to it later.
  app.get(
    '/ops/look-up',
    forOperators(async (c) => c.redirect('/ops#look-up', 303)),
  );
}
