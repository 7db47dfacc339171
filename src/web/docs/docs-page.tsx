import type { OpenApiDocument } from '../../platform/http/openapi/document.ts';
import type { Content, Operation, Parameter } from '../../platform/http/openapi/operation.ts';
import { dayWords } from '../clock.ts';
import { PageHead } from '../layout.tsx';
import { Prose } from './prose.tsx';
import { shapeOf } from './shape.ts';

const WHO: Record<string, string> = {
  bearer: 'a person',
  service: 'the host application',
  twilio: 'Twilio',
};

const callers = ({ security }: Operation): string =>
  security.flatMap((way) => Object.keys(way).flatMap((name) => WHO[name] ?? [])).join(', ') || 'anyone';

function Shape({ title, content }: { title: string; content: Content }) {
  return (
    <>
      {Object.entries(content).map(([type, { schema }]) => (
        <>
          <h4>
            {title} <span class="soft">{type}</span>
          </h4>
          {schema.properties && <pre tabindex={0}>{shapeOf(schema)}</pre>}
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
            ({ schema }) => schema.properties && <pre tabindex={0}>{shapeOf(schema)}</pre>,
          )}
        </>
      ))}
      {bad.length > 0 && <h4>Errors</h4>}
      <ul class="plain errors">
        {bad.map(([status, { description }]) => (
          <li>
            <span class="num">{status}</span> {description}
          </li>
        ))}
      </ul>
    </>
  );
}

function Entry({ method, path, operation }: { method: string; path: string; operation: Operation }) {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  return (
    <details id={operationId} class="operation">
      <summary>
        <code class={`method ${method}`}>{method.toUpperCase()}</code> <code>{path}</code>
        <span class="summary">
          <Prose text={summary} />
        </span>
      </summary>
      <div class="operation-body">
        <p class="soft">Called by {callers(operation)}.</p>
        {description?.split('\n\n').map((paragraph) => (
          <p>
            <Prose text={paragraph} />
          </p>
        ))}
        {parameters && <Parameters parameters={parameters} />}
        {requestBody && <Shape title="Body" content={requestBody.content} />}
        <Answers responses={responses} />
      </div>
    </details>
  );
}

/**
 * The API, readable: everything that the OpenAPI document holds, by subject.
 * @param built - the day on which it was written from the code, `2026-11-27`
 */
export function DocsPage({ document, built }: { document: OpenApiDocument; built: string }) {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
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
      <nav aria-label="Subjects">
        <ul class="plain row">
          {groups.map(({ name }) => (
            <li>
              <a href={`#${name}`}>{name}</a>
            </li>
          ))}
        </ul>
      </nav>
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
    </main>
  );
}
