import type { Hono } from 'hono';
import { safeNext } from '../links/safe-next.ts';
import type { AppEnv } from '../platform/endpoint.ts';
import { answerPage, type PageContext, pageCaller } from './answer.tsx';
import { LoginPage, type LoginView } from './login-page.tsx';

function view(c: PageContext, part: Partial<LoginView>): LoginView {
  const codeMinutes = Math.max(1, Math.round(c.var.deps.config.CODE_TTL_SECONDS / 60));
  return {
    step: 'phone',
    phone: '',
    next: safeNext(c.req.query('next')),
    error: null,
    resendSeconds: null,
    again: false,
    codeMinutes,
    example: '(415) 555-0134',
    ...part,
  };
}

/** `/login`: number, then code. */
export function mountLoginPages(app: Hono<AppEnv>): void {
  app.get('/login', async (c) => {
    const shown = view(c, {});
    // `switch`: somebody else's link brought them here; who is signed in does not want to stay so.
    if (c.req.query('switch') !== '1' && (await pageCaller(c))) return c.redirect(shown.next, 303);
    return answerPage(c, null, { title: 'Sign in' }, <LoginPage {...shown} />);
  });
}
