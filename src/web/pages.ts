import type { Hono } from 'hono';
import type { AppEnv } from '../platform/http/endpoint.ts';
import { mountChatPages } from './chat/chat-routes.tsx';
import { mountLoginPages } from './login-routes.tsx';
import { mountOpsPage } from './ops/ops-routes.tsx';
import { mountSettingsPages } from './settings/settings-routes.tsx';
import { mountStaticPages } from './static-pages.tsx';
import { mountTextsPage } from './texts/texts-routes.tsx';

/** Every page of the portal. */
export function mountPages(app: Hono<AppEnv>): void {
  mountStaticPages(app);
  mountLoginPages(app);
  mountChatPages(app);
  mountSettingsPages(app);
  mountTextsPage(app);
  mountOpsPage(app);
}
