import type { Hono } from 'hono';
import type { Config } from '../../platform/config.ts';
import type { AppEnv, Endpoint } from '../../platform/endpoint.ts';
import { type OpenApiDocument, openApiDocument } from '../../platform/openapi/document.ts';
import { answerPage } from '../answer.tsx';
import { DESCRIBED_ROUTES, TAGS } from './described-routes.ts';
import { DocsPage } from './docs-page.tsx';

/** The document of the whole API, as this configuration serves it. */
export function apiDocument(
  endpoints: readonly Endpoint[],
  { BRAND_NAME, PUBLIC_ORIGIN }: Pick<Config, 'BRAND_NAME' | 'PUBLIC_ORIGIN'>,
): OpenApiDocument {
  return openApiDocument({
    endpoints,
    described: DESCRIBED_ROUTES,
    tags: TAGS,
    brand: BRAND_NAME,
    origin: PUBLIC_ORIGIN,
  });
}

/** `/openapi.json` and `/docs`. The document is written once an isolate, when it is first asked for. */
export function mountDocs(app: Hono<AppEnv>, endpoints: readonly Endpoint[]): void {
  let written: { config: Config; document: OpenApiDocument; text: string } | null = null;
  const write = (config: Config) => {
    if (written?.config === config) return written;
    const document = apiDocument(endpoints, config);
    written = { config, document, text: JSON.stringify(document) };
    return written;
  };
  app.get('/openapi.json', (c) =>
    c.body(write(c.var.deps.config).text, 200, {
      'Content-Type': 'application/json',
      'Cache-Control': 'public, max-age=300',
      'Access-Control-Allow-Origin': '*', // So that API explorers elsewhere can read it.
    }),
  );
  app.get('/docs', (c) => {
    const { document } = write(c.var.deps.config);
    const description = 'Every route of the API, with what goes in and what comes out.';
    return answerPage(c, null, { title: 'API', description }, <DocsPage document={document} />);
  });
}
