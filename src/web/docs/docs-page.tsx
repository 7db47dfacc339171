import type { OpenApiDocument } from '../../platform/http/openapi/document.ts';
import type { JsonSchema } from '../../platform/http/openapi/json-schema.ts';
import type { Content, Operation, Parameter } from '../../platform/http/openapi/operation.ts';
import { dayWords } from '../clock.ts';
import { PageHead } from '../layout.tsx';
import { samplesOf } from './example.ts';
import { Prose } from './prose.tsx';
import { shapeOf } from './shape.ts';

const WHO: Record<string, string> = {
  bearer: 'a person',
  service: 'the host application',
  twilio: 'Twilio',
};

const callers = ({ security }: Operation): string =>
  security.flatMap((way) => Object.keys(way).flatMap((name) => WHO[name] ?? [])).join(', ') || 'anyone';

/** Words that may be broken where `at` matches, and nowhere within a part. */
function Parts({ text, at }: { text: string; at: RegExp }) {
  return (
    <>
      {text.split(at).map((part, i) => (
        <>
          {i > 0 && <wbr />}
          {part}
        </>
      ))}
    </>
  );
}

/** A path is broken after its slashes, and not after its first. */
const Path = ({ path }: { path: string }) => <Parts text={path} at={/(?<=.\/)/} />;

/** A name is broken between its words: `getThread`, `thread_not_found`. */
const Name = ({ name }: { name: string }) => <Parts text={name} at={/(?<=[a-z])(?=[A-Z])|(?<=_)/} />;

/** Lines to copy; a long one goes on below, after a slash of its paths. */
const Code = ({ text }: { text: string }) => (
  <pre>
    <Parts text={text} at={/(?<=\w\/|:\/\/)/} />
  </pre>
);

/** A shape in which the names of schemas lead to them. */
function Linked({ schema }: { schema: JsonSchema }) {
  const parts = shapeOf(schema).split(/(?<=[:|([] |^|\()([A-Z]\w+)(?=[[\]\s)]|$)/);
  return <pre>{parts.map((part, i) => (i % 2 === 1 ? <a href={`#schema-${part}`}>{part}</a> : part))}</pre>;
}

function Shape({ title, content }: { title: string; content: Content }) {
  return (
    <>
      {Object.entries(content).map(([type, { schema }]) => (
        <>
          <h4>
            {title} <span class="soft">{type}</span>
          </h4>
          {(schema.properties ?? schema.$ref) && <Linked schema={schema} />}
        </>
      ))}
    </>
  );
}

function Parameters({ parameters }: { parameters: Parameter[] }) {
  return (
    <>
      <h4>Parameters</h4>
      <dl>
        {parameters.map(({ name, in: where, required, description, schema }) => (
          <div>
            <dt>
              <code>{name}</code>{' '}
              <span class="soft">
                {where}
                {required ? ', required' : ''}
              </span>
            </dt>
            <dd>
              {description === undefined ? shapeOf(schema) : <Prose text={description} />}
              {schema.default !== undefined && ` (default ${String(schema.default)})`}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Answers({ responses }: Pick<Operation, 'responses'>) {
  const good = Object.entries(responses).filter(([status]) => Number(status) < 400);
  const bad = Object.entries(responses).filter(([status]) => Number(status) >= 400);
  return (
    <>
      {good.map(([status, { description, content }]) => (
        <>
          <h4>
            {status}{' '}
            <span class="soft">
              <Prose text={description} />
            </span>
          </h4>
          {Object.values(content ?? {}).map(
            ({ schema }) => (schema.properties ?? schema.$ref) && <Linked schema={schema} />,
          )}
        </>
      ))}
      {bad.length > 0 && <h4>Errors</h4>}
      <ul class="plain errors">
        {bad.map(([status, { description }]) => (
          <li>
            <span class="num">{status}</span> <Name name={description} />
          </li>
        ))}
      </ul>
    </>
  );
}

interface EntryProps {
  method: string;
  path: string;
  operation: Operation;
  schemas: OpenApiDocument['components']['schemas'];
}

/** What Twilio calls, pages and webhooks are not for readers to call. */
const isCalled = ({ method, path, operation }: EntryProps) =>
  method !== 'event' &&
  path.startsWith('/api/') &&
  !operation.tags.includes('Twilio') &&
  !path.endsWith('/socket');

function Samples({ method, path, operation, schemas }: EntryProps) {
  const { curl, js } = samplesOf(method, path, operation, schemas);
  return (
    <>
      <h4>Sample with curl</h4>
      <Code text={curl} />
      {js !== null && (
        <>
          <h4>Sample in JavaScript</h4>
          <Code text={js} />
        </>
      )}
    </>
  );
}

function Entry(props: EntryProps) {
  const { method, path, operation } = props;
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  return (
    <details id={operationId} class="operation">
      <summary>
        <code class={`method ${method}`}>{method.toUpperCase()}</code>{' '}
        <code>
          <Path path={path} />
        </code>
        <span class="summary">
          <Prose text={summary} />
        </span>
      </summary>
      <div class="operation-body">
        <p class="soft">
          {method === 'event' ? 'Posted to EVENTS_URL' : `Called by ${callers(operation)}`};{' '}
          <a href={`#${operationId}`}>
            <Name name={operationId} />
          </a>
          .
        </p>
        {description?.split('\n\n').map((paragraph) => (
          <p>
            <Prose text={paragraph} />
          </p>
        ))}
        {parameters && <Parameters parameters={parameters} />}
        {requestBody && <Shape title="Body" content={requestBody.content} />}
        <Answers responses={responses} />
        {isCalled(props) && <Samples {...props} />}
      </div>
    </details>
  );
}

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
function Schemas({ schemas }: Pick<EntryProps, 'schemas'>) {
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
  const operations: EntryProps[] = [
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
            <Entry {...entry} />
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
