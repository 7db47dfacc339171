import type { OpenApiDocument } from '../../platform/http/openapi/document.ts';
import { type JsonSchema, nameOf } from '../../platform/http/openapi/json-schema.ts';
import type { Operation } from '../../platform/http/openapi/operation.ts';

/** Values that a reader recognizes, by the names of fields. */
const VALUES: Readonly<Record<string, unknown>> = {
  threadId: 'thr_1',
  messageId: 'msg_1',
  userId: 'usr_ana',
  authorId: 'usr_ana',
  familyId: 'fam_1',
  memberIds: ['usr_ana', 'usr_ben'],
  present: ['usr_ana'],
  body: 'Are you coming?',
  title: 'Sunday dinner',
  name: 'Ana',
  phone: '+12025550123',
  code: '123456',
  scope: 'service',
  scopes: ['read'],
  reason: 'Maintenance',
  q: 'dinner',
  source: 'sign-up form',
  version: '2026-01',
  to: 'd1:1',
};
/** What an `{id}` stands for, by the part of the path before it. */
const IDS: Readonly<Record<string, string>> = {
  families: 'fam_1',
  users: 'usr_ana',
  members: 'usr_ben',
  threads: 'thr_1',
  messages: 'msg_1',
  deliveries: 'dlv_1',
  events: 'evt_1',
  keys: 'key_1',
  sessions: 'ses_1',
};
/** Fields that belong into a sample though they may be absent. */
const WANTED = ['body', 'name', 'familyId', 'title', 'memberIds', 'smsEnabled', 'consent', 'token'];

/** What a value of a schema may look like: what must be there, and what a sample is not understood without. */
export function exampleOf(schema: JsonSchema, schemas: OpenApiDocument['components']['schemas']): unknown {
  if (schema.$ref !== undefined) return exampleOf(schemas[nameOf(schema.$ref)] ?? {}, schemas);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const option = (schema.anyOf ?? schema.oneOf)?.[0];
  if (option) return exampleOf(option, schemas);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object': {
      const { properties = {}, required = [] } = schema;
      const shown = Object.entries(properties).filter(
        ([name]) => required.includes(name) || WANTED.includes(name),
      );
      return Object.fromEntries(
        shown.map(([name, property]) => [name, VALUES[name] ?? exampleOf(property, schemas)]),
      );
    }
    case 'array':
      return schema.items ? [exampleOf(schema.items, schemas)] : [];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      return schema.format === 'date-time' ? '2026-01-31T12:00:00Z' : 'text';
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** One call, with curl and with the client package. */
export function samplesOf(
  method: string,
  path: string,
  { parameters = [], requestBody, security }: Operation,
  schemas: OpenApiDocument['components']['schemas'],
): { curl: string; js: string | null } {
  const needed = parameters.filter(({ in: where, required }) => where === 'query' && required);
  const names = [...path.matchAll(/(\w+)\/\{(\w+)\}/g)];
  const params = Object.fromEntries(
    names.map(([, before, name]) => [name!, VALUES[name!] ?? IDS[before!] ?? `${name}_1`]),
  );
  const query = Object.fromEntries(
    needed.map(({ name, schema }) => [name, VALUES[name] ?? exampleOf(schema, schemas)]),
  );
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
  const search = needed.length > 0 ? `?${new URLSearchParams(query as Record<string, string>)}` : '';
  const json = requestBody?.content['application/json'];
  const [mediaType] = Object.keys(requestBody?.content ?? {});
  const body = json && exampleOf(json.schema, schemas);
  const curl = [
    `curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} "$ORIGIN${filled}${search}"`,
    ...(security.length > 0 ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...(mediaType ? [`-H 'Content-Type: ${mediaType}'`] : []),
    ...(json ? [`-d ${quoted(JSON.stringify(body))}`] : mediaType ? ['--data-binary @body'] : []),
  ].join(' \\\n  ');
  if (mediaType && !json) return { curl, js: null };
  const input = {
    ...(names.length > 0 ? { params } : {}),
    ...(needed.length > 0 ? { query } : {}),
    ...(json ? { body } : {}),
  };
  const written = Object.keys(input).length > 0 ? `, ${JSON.stringify(input, null, 2)}` : '';
  return { curl, js: `await api('${method.toUpperCase()} ${path}'${written});` };
}
