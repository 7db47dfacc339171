import type { Hono } from 'hono';
import type { AppEnv } from '../platform/endpoint.ts';
import { mountChatPages } from './chat/chat-routes.tsx';
import { mountLoginPages } from './login-routes.tsx';
import { mountStaticPages } from './static-pages.tsx';

/** Every page of the portal. */
export function mountPages(app: Hono<AppEnv>): void {
  mountStaticPages(app);
  mountLoginPages(app);
  mountChatPages(app);
}
