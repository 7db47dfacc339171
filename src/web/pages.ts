import type { Hono } from 'hono';
import type { AppEnv } from '../platform/endpoint.ts';
import { mountLoginPages } from './login-routes.tsx';
import { mountStaticPages } from './static-pages.tsx';

/** Every page of the portal. */
export function mountPages(app: Hono<AppEnv>): void {
  mountStaticPages(app);
  mountLoginPages(app);
}
