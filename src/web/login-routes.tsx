import type { Hono } from 'hono';
import { resendDelaySeconds } from '../identity/codes/code-rules.ts';
import { confirmLogin, startLogin } from '../identity/login/login.ts';
import {
  deviceCookie,
  deviceOf,
  endFormerSession,
  handleCookie,
  handleOf,
} from '../identity/login/login-cookies.ts';
import { code as codeShape } from '../identity/request-schemas.ts';
import { safeNext } from '../links/safe-next.ts';
import { clientOf, requireOurOrigin } from '../platform/auth/request-caller.ts';
import { sessionCookie } from '../platform/auth/session.ts';
import { readForm } from '../platform/http/body.ts';
import type { AppEnv } from '../platform/http/endpoint.ts';
import { answerPage, type PageContext, pageCaller } from './answer.tsx';
import { codeRefusal } from './code-refusals.ts';
import { LoginPage, type LoginView } from './login-page.tsx';
import { phoneChoices, typedNumber } from './phone-field.tsx';

function view(c: PageContext, part: Partial<LoginView>): LoginView {
  const codeMinutes = Math.max(1, Math.round(c.var.deps.config.CODE_TTL_SECONDS / 60));
  return {
    step: 'phone',
    phone: '',
    next: '/messages',
    error: null,
    resendSeconds: null,
    again: false,
    codeMinutes,
    choices: phoneChoices(c),
    ...part,
  };
}

function show(c: PageContext, part: Partial<LoginView>, status: 200 | 400 | 409 | 429 | 503 = 200) {
  const shown = view(c, part);
  const title = shown.step === 'phone' ? 'Sign in' : 'Enter your code';
  return answerPage(c, null, { title, section: 'sign-in', status }, <LoginPage {...shown} />);
}

async function sendCode(c: PageContext): Promise<Response> {
  const { deps } = c.var;
  requireOurOrigin(c.req.raw, deps);
  const form = await readForm(c.req.raw);
  const { typed, phone } = typedNumber(c, form);
  const next = safeNext(form.get('next'));
  const again = form.get('again') === '1';
  const device = deviceOf(c.req.raw, deps.config);
  try {
    const { handle } = await startLogin(deps, { phone, address: clientOf(c.req.raw).address, device });
    c.header('Set-Cookie', handleCookie(deps.config, handle), { append: true });
  } catch (error) {
    const { words, retrySeconds, status } = codeRefusal(error);
    const choices = phoneChoices(c, form.get('country'));
    if (status !== 429) return show(c, { phone: typed, choices, next, error: words }, status);
    // A code that was sent a moment ago may still be entered.
    return show(c, { step: 'code', phone, next, wait: words, resendSeconds: retrySeconds }, status);
  }
  return show(c, { step: 'code', phone, next, again, resendSeconds: resendDelaySeconds(1) });
}

async function enterCode(c: PageContext): Promise<Response> {
  const { deps } = c.var;
  requireOurOrigin(c.req.raw, deps);
  const form = await readForm(c.req.raw);
  const phone = (form.get('phone') ?? '').slice(0, 200);
  const next = safeNext(form.get('next'));
  const code = codeShape.safeParse(form.get('code') ?? '');
  if (!code.success) return show(c, { step: 'code', phone, next, error: 'The code has six digits.' }, 400);
  const { userAgent } = clientOf(c.req.raw);
  try {
    const handle = handleOf(c.req.raw, deps.config);
    const before = deviceOf(c.req.raw, deps.config);
    const signIn = { phone, code: code.data, handle, device: before, kind: 'web', userAgent } as const;
    const { token, userId, device } = await confirmLogin(deps, signIn);
    deps.afterwards(endFormerSession(deps, c.req.raw, userId));
    const headers = new Headers({ Location: next, 'Cache-Control': 'no-store' });
    headers.append('Set-Cookie', sessionCookie(deps.config, token));
    headers.append('Set-Cookie', deviceCookie(deps.config, device));
    return new Response(null, { status: 303, headers });
  } catch (error) {
    const { words, status } = codeRefusal(error);
    return show(c, { step: 'code', phone, next, error: words }, status);
  }
}

/** `/login`: number, then code. */
export function mountLoginPages(app: Hono<AppEnv>): void {
  app.get('/login', async (c) => {
    const next = safeNext(c.req.query('next'));
    // `switch`: somebody else's link brought them here; who is signed in does not want to stay so.
    if (c.req.query('switch') !== '1' && (await pageCaller(c))) return c.redirect(next, 303);
    return show(c, { next, unsaved: c.req.query('unsaved') === '1' });
  });
  app.post('/login', sendCode);
  // The address of the second step: reloaded, it begins anew.
  app.get('/login/code', (c) => c.redirect('/login', 303));
  app.post('/login/code', enterCode);
}
