import type { Hono } from 'hono';
import { currentWording } from '../consent/wordings.ts';
import type { AppEnv } from '../platform/http/endpoint.ts';
import { answerPage, type PageContext, pageCaller } from './answer.tsx';
import { HelpPage } from './legal/help-page.tsx';
import { legalOf } from './legal/legal.ts';
import { PrivacyPage } from './legal/privacy-page.tsx';
import { TermsPage } from './legal/terms-page.tsx';
import { WelcomePage } from './welcome-page.tsx';

function legal(c: PageContext) {
  const { config } = c.var.deps;
  return legalOf(config, currentWording({ brand: config.BRAND_NAME }).text);
}

/** `/`, `/help`, `/terms`, `/privacy`. */
export function mountStaticPages(app: Hono<AppEnv>): void {
  app.get('/', async (c) => {
    const caller = await pageCaller(c);
    if (caller) return c.redirect('/messages', 303);
    const brand = c.var.deps.config.BRAND_NAME;
    const description = 'Your family’s chat, and one text when you miss a message.';
    return answerPage(c, null, { title: 'Welcome', description }, <WelcomePage brand={brand} />);
  });
  app.get('/help', async (c) =>
    answerPage(c, await pageCaller(c), { title: 'Help' }, <HelpPage {...legal(c)} />),
  );
  app.get('/terms', async (c) =>
    answerPage(c, await pageCaller(c), { title: 'Terms' }, <TermsPage {...legal(c)} />),
  );
  app.get('/privacy', async (c) =>
    answerPage(c, await pageCaller(c), { title: 'Privacy policy' }, <PrivacyPage {...legal(c)} />),
  );
}
