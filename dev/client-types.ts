/**
 * Writes `src/client/api-types.ts`: what every route of the API takes and answers, as TypeScript, out of the schemas
 * that the routes themselves validate with. A test compares.
 */
import { spawnSync } from 'node:child_process';
import { globSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';

const ROOT = path.resolve(import.meta.dirname, '..');
/** The file that is generated, kept in the repository. */
export const API_TYPES = path.join(ROOT, 'src/client/api-types.ts');

/** Routes that only Twilio calls. */
const TWILIOS = ['/api/sms/inbound', '/api/sms/status'];

/** What is read of a declared route; see `src/platform/http/endpoint.ts`. */
interface Declared {
  method: string;
  path: string;
  summary: string;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  optionalBody?: boolean;
  answer: { status: number; schema?: () => z.ZodType };
}

type Json = z.core.JSONSchema.BaseSchema;

/** A schema as TypeScript. Query values may be numbers too: in an address they are text anyway. */
function typeOf(schema: Json | boolean | undefined): string {
  if (schema === undefined || typeof schema === 'boolean') return 'unknown';
  if (schema.$ref !== undefined) return schema.$ref.replace('#/$defs/', '');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return [...new Set(union.map(typeOf))].join(' | ');
  if (schema.allOf) return schema.allOf.map((part) => `(${typeOf(part)})`).join(' & ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return `(${typeOf(Array.isArray(schema.items) ? undefined : schema.items)})[]`;
    case 'object':
      return objectType(schema);
    default:
      return 'unknown';
  }
}

function objectType({ properties = {}, required = [], additionalProperties }: Json): string {
  const fields = Object.entries(properties).map(
    ([name, field]) => `${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(field)};`,
  );
  const open = typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0;
  if (open) return `Record<string, ${typeOf(additionalProperties)}>`;
  return fields.length === 0 ? 'Record<string, never>' : `{ ${fields.join(' ')} }`;
}

/** Schemas with a name, as they were met. */
const named = new Map<string, Json>();

/** A schema as TypeScript; what has a name goes to {@link named}. */
function written(schema: z.ZodType | undefined, io: 'input' | 'output'): string | null {
  if (!schema) return null;
  const { $defs = {}, id, ...root } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  for (const [name, definition] of Object.entries($defs)) named.set(name, definition);
  if (typeof id !== 'string') return typeOf(root);
  named.set(id, root);
  return id;
}

/** The named schemas as types, in the order of their names. */
const namedTypes = () =>
  [...named]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, { description, ...schema }]) => {
      const comment = description ? `/** ${description} */\n` : '';
      return `${comment}export type ${name} = ${typeOf(schema)};\n`;
    })
    .join('\n');

/** Every route that is declared in a `routes.ts`. */
async function declaredRoutes(): Promise<Declared[]> {
  const files = globSync('src/*/routes.ts', { cwd: ROOT }).sort();
  const modules: unknown[] = await Promise.all(
    files.map((file) => import(pathToFileURL(path.join(ROOT, file)).href)),
  );
  const isEndpoint = (value: unknown): value is Declared =>
    typeof value === 'object' && value !== null && 'path' in value && 'handle' in value;
  const all = modules
    .flatMap((module) => Object.values(module as object))
    .flat()
    .filter(isEndpoint);
  return [...new Set(all)].sort((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method));
}

function routeType({
  method,
  path: address,
  summary,
  params,
  query,
  body,
  optionalBody,
  answer,
}: Declared): string {
  const queryType = written(query, 'input')?.replaceAll(': string;', ': string | number;');
  const parts = [
    params ? `params: ${written(params, 'input')};` : '',
    queryType ? `query?: ${queryType};` : '',
    body ? `body${optionalBody ? '?' : ''}: ${written(body, 'input')};` : '',
  ];
  return `/** ${summary} */
  ${JSON.stringify(`${method.toUpperCase()} ${address}`)}: {
    input: ${parts.some((part) => part !== '') ? `{ ${parts.join(' ')} }` : 'Record<never, never>'};
    answer: ${written(answer.schema?.(), 'output') ?? 'unknown'};
  };`;
}

/** The file's text, formatted as the repository's code is. */
export async function apiTypes(): Promise<string> {
  const routes = (await declaredRoutes()).filter(
    ({ path: address, answer }) =>
      address.startsWith('/api/') && !TWILIOS.includes(address) && answer.status !== 101,
  );
  const types = routes.map(routeType).join('\n  ');
  const text = `// Made from the routes by \`npm run client-types\`; do not edit.

${namedTypes()}
/** What each route takes and answers, by method and path. Times are ISO 8601. */
export interface Api {
  ${types}
}
`;
  const biome = path.join(ROOT, 'node_modules/.bin/biome');
  const run = spawnSync(biome, ['format', `--stdin-file-path=${API_TYPES}`], { input: text, cwd: ROOT });
  if (run.status !== 0) throw new Error(`Biome refused the types: ${run.stderr}`);
  return run.stdout.toString();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(API_TYPES, await apiTypes());
