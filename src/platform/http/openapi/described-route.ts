import { MALFORMED, type Operation, type Parameter, SECURITY } from './operation.ts';
import { operationId } from './operation-id.ts';

/**
 * A route that is no JSON endpoint: a page, a form, a webhook, a file. It is declared here by hand, where it
 * is mounted, since no schema makes it.
 */
export interface DescribedRoute {
  method: 'get' | 'post';
  /** OpenAPI form: `/l/{code}`. */
  path: string;
  who: 'public' | 'user' | 'twilio';
  tag: string;
  summary: string;
  description?: string;
  /** Names and meanings; a name ending in `?` may be absent. */
  query?: Record<string, string>;
  /** Fields of a urlencoded form, as with `query`. */
  form?: Record<string, string>;
  /** By status: what comes, and its media type (none: no body). */
  answers: Record<number, string | [description: string, mediaType: string]>;
}

const TEXT = { type: 'string' };

const fields = (named: Record<string, string> = {}) =>
  Object.entries(named).map(([name, description]) => ({
    name: name.replace(/\?$/, ''),
    required: !name.endsWith('?'),
    description,
  }));

function parametersOf({ path, query }: DescribedRoute): Parameter[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(
    ([, name]): Parameter => ({ name: name!, in: 'path', required: true, schema: TEXT }),
  );
  return [...inPath, ...fields(query).map((field): Parameter => ({ ...field, in: 'query', schema: TEXT }))];
}

function formOf(form: Record<string, string>): Operation['requestBody'] {
  const all = fields(form);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(all.map(({ name, description }) => [name, { ...TEXT, description }])),
    required: all.filter(({ required }) => required).map(({ name }) => name),
  };
  return { required: true, content: { 'application/x-www-form-urlencoded': { schema } } };
}

/** Describes such a route. */
export function describedOperation(route: DescribedRoute): Operation {
  const parameters = parametersOf(route);
  const responses = Object.entries(route.answers).map(([status, answer]) => {
    const [description, mediaType] = typeof answer === 'string' ? [answer] : answer;
    return [status, { description, ...(mediaType ? { content: { [mediaType]: { schema: TEXT } } } : {}) }];
  });
  return {
    operationId: operationId(route.method, route.path),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    security: SECURITY[route.who],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.form ? { requestBody: formOf(route.form) } : {}),
    responses: {
      ...Object.fromEntries(responses),
      ...(responses.some(([status]) => String(status).startsWith('4')) ? {} : MALFORMED),
    },
  };
}
