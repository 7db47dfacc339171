import type { Hono } from 'hono';
import type { Config } from '../../platform/config.ts';
import type { AppEnv } from '../../platform/http/endpoint.ts';
import { type AppIdentities, appleAssociation, assetLinks } from './association.ts';

const identitiesOf = (config: Config): AppIdentities => ({
  iosAppIds: config.IOS_APP_IDS,
  androidPackages: config.ANDROID_PACKAGE,
  androidFingerprints: config.ANDROID_CERT_SHA256,
});

/** JSON as Apple's and Google's fetchers require it: the plain type, no redirect, cacheable for an hour. */
const file = (content: unknown) =>
  Response.json(content, { headers: { 'Cache-Control': 'public, max-age=3600' } });

/** Mounts the association files, on every host and for every client. */
export function mountAssociation(app: Hono<AppEnv>): void {
  app.get('/.well-known/apple-app-site-association', (c) =>
    file(appleAssociation(identitiesOf(c.var.deps.config))),
  );
  app.get('/.well-known/assetlinks.json', (c) => file(assetLinks(identitiesOf(c.var.deps.config))));
}
