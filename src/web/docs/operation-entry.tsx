import type { OpenApiDocument } from '../../platform/http/openapi/document.ts';
import type { JsonSchema } from '../../platform/http/openapi/json-schema.ts';
import type { Content, Operation, Parameter } from '../../platform/http/openapi/operation.ts';
import { samplesOf } from './example.ts';
import { shapeOf } from './shape.ts';

const WHO: Record<string, string> = {
  bearer: 'a person',
  service: 'the host application',
  twilio: 'Twilio',
};

const callers = ({ security }: Operation): string =>
  security.flatMap((way) => Object.keys(way).flatMap((name) => WHO[name] ?? [])).join(', ') || 'anyone';

/** Plain words in which `backticks` mark what is code. */
export function Prose({ text }: { text: string }) {
  return <>{text.split('`').map((part, i) => (i % 2 === 1 ? <code>{part}</code> : part))}</>;
}

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
export const Name = ({ name }: { name: string }) => <Parts text={name} at={/(?<=[a-z])(?=[A-Z])|(?<=_)/} />;

/** Lines to copy; a long one goes on below, after a slash of its paths. */
export const Code = ({ text }: { text: string }) => (
  <pre>
    <Parts text={text} at={/(?<=\w\/|:\/\/)/} />
  </pre>
);

/** A shape in which the names of schemas lead to them. */
export function Linked({ schema }: { schema: JsonSchema }) {
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

/** An operation, and the schemas that it refers to. */
export interface OperationProps {
  method: string;
  path: string;
  operation: Operation;
  schemas: OpenApiDocument['components']['schemas'];
}

/** What Twilio calls, pages and webhooks are not for readers to call. */
const isCalled = ({ method, path, operation }: OperationProps) =>
  method !== 'event' &&
  path.startsWith('/api/') &&
  !operation.tags.includes('Twilio') &&
  !path.endsWith('/socket');

function Samples({ method, path, operation, schemas }: OperationProps) {
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

/** One operation of the API: parameters, body, answers and samples. */
export function OperationEntry(props: OperationProps) {
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
