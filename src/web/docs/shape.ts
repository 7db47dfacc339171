import { type JsonSchema, nameOf } from '../../platform/http/openapi/json-schema.ts';

/** From, to, or both; nothing when it says no more than "any". */
function range(least: number | undefined, most: number | undefined, unit: string): string {
  const from = least !== undefined && least > 0 ? least : null;
  if (most === undefined) return from === null ? '' : ` (at least ${from}${unit})`;
  return from === null && unit !== '' ? ` (up to ${most}${unit})` : ` (${least ?? 0} to ${most}${unit})`;
}

function bounds({ type, minLength, maxLength, maxItems, minimum, maximum }: JsonSchema): string {
  if (type === 'string') return range(minLength, maxLength, ' characters');
  if (type === 'array') return range(undefined, maxItems, ' entries');
  return range(minimum, maximum, '');
}

const FORMATS: Record<string, string> = { 'date-time': 'time', date: 'date', email: 'email', uri: 'url' };

function typeName(schema: JsonSchema, indent: string): string {
  const { type, format } = schema;
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.map((each) => shapeOf(each, indent)).join(' | ');
  if (Array.isArray(type)) return type.join(' | ') + bounds(schema);
  if (type === 'array') {
    const items = shapeOf(schema.items ?? {}, indent);
    return `${/[ |]/.test(items) && !items.startsWith('{') ? `(${items})` : items}[]${bounds(schema)}`;
  }
  if (type === 'object') return objectShape(schema, indent);
  return ((format && FORMATS[format]) ?? type ?? 'anything') + bounds(schema);
}

function objectShape(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  indent: string,
): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, property]) => {
    const fallback = property.default === undefined ? '' : ` = ${JSON.stringify(property.default)}`;
    const note = property.description ? `  // ${property.description}` : '';
    const mark = required.includes(name) ? '' : '?';
    return `${inner}${name}${mark}: ${shapeOf(property, inner)}${fallback}${note}`;
  });
  if (typeof additionalProperties === 'object')
    lines.push(`${inner}[name]: ${shapeOf(additionalProperties, inner)}`);
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
}

/** A JSON Schema in the notation that a reader of TypeScript takes in at a glance. */
export function shapeOf(schema: JsonSchema, indent = ''): string {
  return typeName(schema, indent);
}
