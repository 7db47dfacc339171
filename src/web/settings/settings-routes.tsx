import type { Hono } from 'hono';
import { listConsents } from '../../consent/ledger.ts';
import { currentWording, isKnownVersion } from '../../consent/wordings.ts';
import { deletePerson } from '../../identity/account/delete-person.ts';
import { revokeAllSessions, revokeSession } from '../../identity/account/own-sessions.ts';
import { resendDelaySeconds } from '../../identity/codes/code-rules.ts';
import { vouchForRelative } from '../../identity/login/vouch-endpoints.ts';
import { confirmPhone } from '../../identity/phone/confirm-phone.ts';
import { removePhone } from '../../identity/phone/remove-phone.ts';
import { mayArrive, startVerify } from '../../identity/phone/start-verify.ts';
import { patchPreferences } from '../../identity/preferences/patch-preferences.ts';
import {
  type PreferencesPatch,
  preferencesPatch,
  quietTimesProblem,
} from '../../identity/preferences/preferences-schema.ts';
import { code as codeShape, consentRequest } from '../../identity/request-schemas.ts';
import { sendTestText } from '../../notifications/test-text.ts';
import type { Caller } from '../../platform/auth/caller.ts';
import { clientOf } from '../../platform/auth/request-caller.ts';
import { clearSessionCookie } from '../../platform/auth/session.ts';
import { AppError } from '../../platform/errors.ts';
import { readForm } from '../../platform/http/body.ts';
import type { AppEnv } from '../../platform/http/endpoint.ts';
import { answerPage, forMembers, type PageContext, type PageView } from '../answer.tsx';
import { codeRefusal } from '../code-refusals.ts';
import { waitWords } from '../number-words.ts';
import { typedNumber } from '../phone-field.tsx';
import { hoursCookie } from '../reader-clock.ts';
import { findZone } from '../zone-names.ts';
import { loadSettings, type SectionId, type SettingsNotice, type SettingsView } from './settings-data.ts';
import { SettingsPage } from './settings-page.tsx';
import { NIGHT } from './time-sections.tsx';

/** What a form that did its work is answered with, after the redirect. */
const DONE: Record<string, Omit<SettingsNotice, 'tone'> & { tone?: SettingsNotice['tone'] }> = {
  code: { section: 'phone', words: 'A code is on its way to your phone.' },
  doubt: {
    section: 'phone',
    tone: 'care',
    words:
      'We could not learn whether the text with your code left. If it arrives, enter its code; if not, ask for a new one in a minute.',
  },
  verified: {
    section: 'phone',
    words: 'Your number is verified. Below you choose whether we may text you.',
    next: 'texts',
  },
  removed: { section: 'phone', words: 'Your number is removed. You get no more texts.' },
  on: { section: 'texts', words: 'Texts are on. A confirmation is on its way to your phone.' },
  off: { section: 'texts', words: 'Texts are off.' },
  urgent: { section: 'texts', words: 'Saved.', saved: 'now' },
  quiet: { section: 'quiet', words: 'Saved.', saved: 'now' },
  preview: { section: 'preview', words: 'Saved.', saved: 'now' },
  clock: { section: 'clock', words: 'Saved.', saved: 'now' },
  mutes: { section: 'mutes', words: 'You will hear of it again.' },
  sessions: { section: 'sessions', words: 'Signed out there.' },
  vouched: { section: 'vouch', words: 'Thank you. For a day their code is enough.' },
};

type Answer = Pick<Partial<SettingsView>, 'told' | 'typed' | 'resendSeconds'>;

async function show(c: PageContext, caller: Caller, answer: Answer = {}, status: PageView['status'] = 200) {
  const view = await loadSettings(c, caller, answer);
  const page = <SettingsPage {...view} />;
  return answerPage(
    c,
    caller,
    { title: 'Settings', section: 'settings', timeZone: view.clock.zone, status },
    page,
  );
}

/** @param form - of a section that saves itself; its `undo` says that it puts back what was there before */
const done = (c: PageContext, what: string, form?: URLSearchParams) => {
  const undone = form?.get('undo') === '1' ? '&undone=1' : '';
  return c.redirect(`/settings?done=${what}${undone}#${DONE[what]?.next ?? DONE[what]?.section ?? ''}`, 303);
};

const refuse = (
  c: PageContext,
  caller: Caller,
  section: SectionId,
  words: string,
  { status = 400, ...more }: Answer & { status?: PageView['status']; field?: string } = {},
) => {
  const told: SettingsNotice = { section, tone: 'bad', words, ...(more.field ? { field: more.field } : {}) };
  return show(c, caller, { ...more, told }, status);
};

async function page(c: PageContext, caller: Caller): Promise<Response> {
  const what = DONE[c.req.query('done') ?? ''];
  const undone: Partial<SettingsNotice> =
    what?.saved && c.req.query('undone') === '1' ? { words: 'It is as it was before.', saved: 'undone' } : {};
  const told: SettingsNotice | null = what ? { tone: 'good', ...what, ...undone } : null;
  const resendSeconds = what === DONE.code || what === DONE.doubt ? resendDelaySeconds(1) : null;
  return show(c, caller, { told, resendSeconds });
}

async function startPhone(c: PageContext, caller: Caller): Promise<Response> {
  const form = await readForm(c.req.raw);
  const { typed, phone } = typedNumber(c, form);
  const { address } = clientOf(c.req.raw);
  try {
    await startVerify(c.var.deps, { userId: caller.userId, familyId: caller.familyId, phone, address });
  } catch (error) {
    if (mayArrive(error)) return done(c, 'doubt');
    const { words, wait, retrySeconds, status } = codeRefusal(error);
    const again = form.get('again') === '1';
    const asField = status === 400 && !again;
    // The button that asked once more counts down by itself.
    return refuse(c, caller, 'phone', again ? words : `${words} ${wait}`.trim(), {
      status,
      typed: { phone: typed, country: form.get('country') ?? '' },
      resendSeconds: retrySeconds,
      ...(asField ? { field: 'phone' } : {}),
    });
  }
  return done(c, 'code');
}

/** The version of the wording that stood beside the box; a form of ours that is old may still carry its own. */
function shownVersion(c: PageContext, form: URLSearchParams): string {
  const version = form.get('version') ?? '';
  return isKnownVersion(version) ? version : currentWording({ brand: c.var.deps.config.BRAND_NAME }).version;
}

async function enterCode(c: PageContext, caller: Caller): Promise<Response> {
  const { deps } = c.var;
  const form = await readForm(c.req.raw);
  const code = codeShape.safeParse(form.get('code') ?? '');
  if (!code.success) return refuse(c, caller, 'phone', 'The code has six digits.', { field: 'code' });
  const { userId, familyId } = caller;
  try {
    await confirmPhone(deps, { userId, familyId, code: code.data, consent: null });
    return done(c, 'verified');
  } catch (error) {
    const { words, status } = codeRefusal(error);
    return refuse(c, caller, 'phone', words, { status, field: 'code' });
  }
}

async function change(c: PageContext, caller: Caller, patch: PreferencesPatch): Promise<void> {
  const { edge, now } = c.var.deps;
  await edge.act('preferences', caller, now());
  await patchPreferences(c.var.deps, {
    ...consentRequest(caller, clientOf(c.req.raw)),
    patch,
    ifMatch: null,
    currentVersion: currentWording({ brand: c.var.deps.config.BRAND_NAME }).version,
  });
}

/** What was answered to the question about urgent messages; who was never asked before and says nothing says no. */
async function urgentAnswer(
  { var: { deps } }: PageContext,
  caller: Caller,
  form: URLSearchParams,
): Promise<boolean | undefined> {
  const answer = form.get('urgent');
  if (answer !== null) return answer === 'yes';
  const consents = await listConsents(deps, caller);
  return consents.some(({ action }) => action === 'opt_in') ? undefined : false;
}

async function turnOn(c: PageContext, caller: Caller): Promise<Response> {
  const form = await readForm(c.req.raw);
  if (form.get('consent') !== 'yes') {
    return refuse(c, caller, 'texts', 'Tick the box to agree, then texts can be turned on.');
  }
  try {
    const urgentAllowed = await urgentAnswer(c, caller, form);
    await change(c, caller, { smsEnabled: true, consentVersion: shownVersion(c, form), urgentAllowed });
  } catch (error) {
    if (!(error instanceof AppError) || (error.status !== 409 && error.status !== 429)) throw error;
    return refuse(c, caller, 'texts', error.message, { status: error.status });
  }
  return done(c, 'on');
}

const minuteOf = (clock: string): number | null => {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)(:\d\d)?$/.exec(clock);
  return parts ? Number(parts[1]) * 60 + Number(parts[2]) : null;
};

/** The two times a choice stands for; null for a choice that is not whole. */
function quietTimes(form: URLSearchParams): { quietStart: number | null; quietEnd: number | null } | null {
  const kind = form.get('quiet');
  if (kind === 'off') return { quietStart: null, quietEnd: null };
  if (kind === 'night') return { quietStart: NIGHT.start, quietEnd: NIGHT.end };
  const [quietStart, quietEnd] = [minuteOf(form.get('start') ?? ''), minuteOf(form.get('end') ?? '')];
  return kind === 'custom' && quietStart !== null && quietEnd !== null ? { quietStart, quietEnd } : null;
}

async function saveQuiet(c: PageContext, caller: Caller): Promise<Response> {
  const form = await readForm(c.req.raw);
  const times = quietTimes(form);
  const typed = Object.fromEntries(
    ['quiet', 'start', 'end', 'zone'].flatMap((name) => {
      const value = form.get(name);
      return value === null ? [] : [[name, value.slice(0, 200)]];
    }),
  );
  if (!times || quietTimesProblem(times.quietStart, times.quietEnd) !== null) {
    return refuse(c, caller, 'quiet', 'Choose two times that differ.', { typed });
  }
  const zone = form.get('here') ?? form.get('zone');
  const timeZone = zone === null ? undefined : findZone(zone);
  if (timeZone === null) {
    const words =
      'We do not know this time zone. Type the name of a large city in it, and choose from the list.';
    return refuse(c, caller, 'quiet', words, { typed, field: 'zone' });
  }
  const quietDelivery = form.get('delivery') ?? undefined;
  // As the page showed it: a zone that nobody chose does not become the person's own.
  const timeZoneSource = form.get('here') === null ? (form.get('source') ?? undefined) : undefined;
  const patch = preferencesPatch.safeParse({ ...times, timeZone, timeZoneSource, quietDelivery });
  if (!patch.success) return refuse(c, caller, 'quiet', 'Choose one of the two ways.', { typed });
  await change(c, caller, patch.data);
  return done(c, 'quiet', form);
}

async function savePreview(c: PageContext, caller: Caller): Promise<Response> {
  const form = await readForm(c.req.raw);
  const patch = preferencesPatch.safeParse({ preview: form.get('preview') });
  if (!patch.success) return refuse(c, caller, 'preview', 'Choose one of the three.');
  await change(c, caller, patch.data);
  return done(c, 'preview', form);
}

async function saveHours(c: PageContext, caller: Caller): Promise<Response> {
  const form = await readForm(c.req.raw);
  const wish = { language: null, 12: 12, 24: 24 } as const;
  const chosen = form.get('hours') ?? '';
  if (!Object.hasOwn(wish, chosen)) return refuse(c, caller, 'clock', 'Choose one of the three.');
  c.header('Set-Cookie', hoursCookie(c.var.deps.config, wish[chosen as keyof typeof wish]));
  return done(c, 'clock', form);
}

async function test(c: PageContext, caller: Caller): Promise<Response> {
  await readForm(c.req.raw);
  try {
    const id = await sendTestText(c.var.deps, caller);
    return c.redirect(`/settings?test=${encodeURIComponent(id)}#texts`, 303);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'rate_limited') throw error;
    const wait = waitWords(error.extras.retryAfterSeconds ?? 60);
    return refuse(c, caller, 'texts', `One test text a minute. Try again in ${wait}.`, { status: 429 });
  }
}

async function endSession(c: PageContext, caller: Caller): Promise<Response> {
  const { deps } = c.var;
  const id = (await readForm(c.req.raw)).get('end') ?? '';
  await revokeSession(deps, caller, id); // One that has ended already is what was wanted.
  if (id !== caller.sessionId) return done(c, 'sessions');
  c.header('Set-Cookie', clearSessionCookie(deps.config));
  return c.redirect('/login', 303);
}

async function endAllSessions(c: PageContext, caller: Caller): Promise<Response> {
  const { deps } = c.var;
  await readForm(c.req.raw);
  await revokeAllSessions(deps, caller);
  c.header('Set-Cookie', clearSessionCookie(deps.config));
  return c.redirect('/login', 303);
}

async function vouch(c: PageContext, caller: Caller): Promise<Response> {
  const person = (await readForm(c.req.raw)).get('person') ?? '';
  try {
    await vouchForRelative(c.var.deps, caller, person);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'user_not_found') throw error;
    return refuse(c, caller, 'vouch', 'They have no verified number here, so a code cannot sign them in.');
  }
  return done(c, 'vouched');
}

async function deleteAccount(c: PageContext, caller: Caller): Promise<Response> {
  const form = await readForm(c.req.raw);
  if (form.get('sure') !== 'yes')
    return refuse(c, caller, 'delete', 'Tick the box to say that you are sure.');
  await deletePerson(c.var.deps, caller);
  c.header('Set-Cookie', clearSessionCookie(c.var.deps.config));
  return c.redirect('/', 303);
}

/** `/settings` and its forms. */
export function mountSettingsPages(app: Hono<AppEnv>): void {
  /** A form without fields that matter: does its work, and says so. */
  const simply = (
    what: string,
    act: (c: PageContext, caller: Caller, form: URLSearchParams) => Promise<void>,
  ) =>
    forMembers(async (c, caller) => {
      const form = await readForm(c.req.raw);
      await act(c, caller, form);
      return done(c, what, form);
    });
  app.get('/settings', forMembers(page));
  app.post('/settings/phone', forMembers(startPhone));
  app.post('/settings/phone/code', forMembers(enterCode));
  app.post(
    '/settings/phone/remove',
    simply('removed', (c, caller) => removePhone(c.var.deps, caller)),
  );
  app.post('/settings/texts/on', forMembers(turnOn));
  app.post(
    '/settings/texts/off',
    simply('off', (c, caller) => change(c, caller, { smsEnabled: false })),
  );
  app.post(
    '/settings/urgent',
    simply('urgent', (c, caller, form) => change(c, caller, { urgentAllowed: form.get('urgent') === 'yes' })),
  );
  app.post('/settings/quiet', forMembers(saveQuiet));
  app.post('/settings/preview', forMembers(savePreview));
  app.post('/settings/clock', forMembers(saveHours));
  app.post('/settings/test', forMembers(test));
  app.post('/settings/sessions', forMembers(endSession));
  app.post('/settings/sessions/all', forMembers(endAllSessions));
  app.post('/settings/vouch', forMembers(vouch));
  app.post('/settings/delete', forMembers(deleteAccount));
}
