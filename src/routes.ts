import type { Hono } from 'hono';
import { databaseEndpoints } from './admin/database-endpoints.ts';
import { keyEndpoints } from './admin/keys.ts';
import { operationsEndpoints } from './admin/operations-endpoints.ts';
import { pauseEndpoints } from './admin/pause-endpoints.ts';
import { adminEndpoints } from './admin/routes.ts';
import { slotEndpoints } from './admin/slot-endpoints.ts';
import { chatEndpoints } from './chat/routes.ts';
import { eventEndpoints } from './events/routes.ts';
import { presenceEndpoints } from './family/routes.ts';
import { identityEndpoints } from './identity/routes.ts';
import { linkEndpoints, mountAssociation } from './links/routes.ts';
import { notificationEndpoints } from './notifications/routes.ts';
import { type AppEnv, mount } from './platform/http/endpoint.ts';
import { mountSms } from './sms/routes.ts';
import { mountLinkPages } from './web/link-pages.ts';
import { mountPages } from './web/pages.ts';

/** Every JSON route, each with its own types: see `RpcSchema` of platform/http/rpc-schema.ts. */
export const endpoints = [
  ...adminEndpoints,
  ...keyEndpoints,
  ...pauseEndpoints,
  ...operationsEndpoints,
  ...databaseEndpoints,
  ...slotEndpoints,
  ...eventEndpoints,
  ...identityEndpoints,
  ...chatEndpoints,
  ...notificationEndpoints,
  ...linkEndpoints,
  ...presenceEndpoints,
] as const;

/** Mounts every route, pages and all; those that are no endpoint are described in web/docs/described-routes.ts. */
export function mountRoutes(app: Hono<AppEnv>): void {
  mount(app, endpoints);
  mountSms(app);
  mountAssociation(app);
  mountLinkPages(app);
  mountPages(app);
}
