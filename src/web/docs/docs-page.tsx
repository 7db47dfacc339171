import type { OpenApiDocument } from '../../platform/http/openapi/document.ts';
import { dayWords } from '../clock.ts';
import { PageHead } from '../layout.tsx';
import { Code, Linked, Name, OperationEntry, type OperationProps, Prose } from './operation-entry.tsx';

const TOKEN = `export ORIGIN=http://127.0.0.1:8787
# The whole service API, on your machine:
export TOKEN=$(npm run --silent token)
# A person of the demo family:
export TOKEN=$(npm run --silent token -- usr_rosa)
curl -H "Authorization: Bearer $TOKEN" $ORIGIN/api/threads`;
const CLIENT = `import { createApi } from '@family-circle-secure/client';

const api = createApi({ origin: process.env.ORIGIN, token: () => process.env.TOKEN });
const { threads } = await api('GET /api/threads');`;

/** How a reader makes a first call. */
function Start() {
  return (
    <section id="start" aria-labelledby="start-title">
      <h2 id="start-title">A first call</h2>
      <p>
        Every call but the public ones carries a bearer token. In production your backend signs it (HS256 with{' '}
        <code>AUTH_SECRET</code>, or a key of your key set), or sends a key that{' '}
        <a href="#createKey">createKey</a> made. On your machine a command prints one:
      </p>
      <Code text={TOKEN} />
      <p>
        The samples below need <code>ORIGIN</code> and <code>TOKEN</code>; those in JavaScript the client
        package:
      </p>
      <Code text={CLIENT} />
    </section>
  );
}

/** What several routes take or answer. */
function Schemas({ schemas }: Pick<OperationProps, 'schemas'>) {
  return (
    <section id="schemas" aria-labelledby="schemas-title">
      <h2 id="schemas-title">Schemas</h2>
      {Object.entries(schemas)
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([name, { description, ...schema }]) => (
          <details id={`schema-${name}`} class="operation">
            <summary>
              <code>
                <Name name={name} />
              </code>
              {description && <span class="summary">{description}</span>}
            </summary>
            <div class="operation-body">
              <Linked schema={schema} />
            </div>
          </details>
        ))}
    </section>
  );
}

/** See {@link DocsPage}. */
interface DocsProps {
  document: OpenApiDocument;
  /** The day on which it was written from the code, `2026-11-27`. */
  built: string;
  /** The types of the socket's frames, as TypeScript. */
  frames: string;
}

/** The API, readable: everything that the OpenAPI document holds, by subject. */
export function DocsPage({ document, built, frames }: DocsProps) {
  const { schemas } = document.components;
  const operations: OperationProps[] = [
    ...Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation, schemas })),
    ),
    ...Object.entries(document.webhooks).map(([path, { post: operation }]) => ({
      path,
      method: 'event',
      operation,
      schemas,
    })),
  ];
  const groups = document.tags.map((tag) => ({
    ...tag,
    entries: operations.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  return (
    <main id="main" class="page wide docs" tabindex={-1}>
      <PageHead title="The API">
        <p>
          <Prose text={document.info.description} />
        </p>
        <p>
          For machines: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).
        </p>
        <p class="soft small">
          Written from the code that runs it on <time datetime={built}>{dayWords(built)}</time>.
        </p>
      </PageHead>
      <search data-docs-search>
        <label for="docs-search">Search operations and schemas</label>
        <input id="docs-search" type="search" autocomplete="off" />
        <p class="soft small" role="status"></p>
      </search>
      <nav aria-label="Subjects">
        <ul class="plain row">
          <li>
            <a href="#start">A first call</a>
          </li>
          {groups.map(({ name }) => (
            <li>
              <a href={`#${name}`}>{name}</a>
            </li>
          ))}
          <li>
            <a href="#frames">Frames</a>
          </li>
          <li>
            <a href="#schemas">Schemas</a>
          </li>
        </ul>
      </nav>
      <Start />
      {groups.map(({ name, description, entries }) => (
        <section id={name} aria-labelledby={`${name}-title`}>
          <h2 id={`${name}-title`}>{name}</h2>
          <p class="soft">{description}</p>
          <h3 class="unseen">Operations</h3>
          {entries.map((entry) => (
            <OperationEntry {...entry} />
          ))}
        </section>
      ))}
      <section id="frames" aria-labelledby="frames-title">
        <h2 id="frames-title">Frames of the socket</h2>
        <p>
          What goes over <a href="#openSocket">openSocket</a>, as the client package declares it.
        </p>
        <pre>{frames}</pre>
      </section>
      <Schemas schemas={schemas} />
    </main>
  );
}
