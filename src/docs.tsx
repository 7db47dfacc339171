import { html } from 'hono/html';
import { eventWebhooks } from './events/event-webhooks.ts';
import { type OpenApiDocument, openApiDocument } from './platform/http/openapi/document.ts';
import { endpoints } from './routes.ts';
import { DESCRIBED_ROUTES, TAGS } from './web/docs/described-routes.ts';
import { DocsPage } from './web/docs/docs-page.tsx';
import { Page } from './web/layout.tsx';

const BRAND = 'FamilyCircleSecure';

/** The document of the whole API. */
export function apiDocument(): OpenApiDocument {
  return openApiDocument({
    endpoints,
    described: DESCRIBED_ROUTES,
    webhooks: eventWebhooks,
    tags: TAGS,
    title: BRAND,
  });
}

/**
 * The same as a page, written on the day `built`, `2026-11-27`. Nobody is signed in on it.
 * @param frames - the types of the socket's frames, as TypeScript
 */
export async function apiPage(document: OpenApiDocument, built: string, frames: string): Promise<string> {
  const description = 'Every route of the API, with what goes in and what comes out.';
  const page = (
    <Page title="API" brand={BRAND} viewer={null} description={description}>
      <DocsPage document={document} built={built} frames={frames} />
    </Page>
  );
  return String(await html`<!doctype html>${page}`);
}
