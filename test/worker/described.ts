import { expect } from 'vitest';
import type { Endpoint } from '../../src/platform/http/endpoint.ts';
import { type Operation, operationOf } from '../../src/platform/http/openapi/operation.ts';
import { endpoints } from '../../src/routes.ts';

const matcher = (path: string) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`);
const routes = endpoints.map((endpoint) => ({ endpoint, path: matcher(endpoint.path) }));

const endpointOf = (method: string, path: string): Endpoint | undefined =>
  routes.find((route) => route.endpoint.method === method.toLowerCase() && route.path.test(path))?.endpoint;

/** What the document says of routes, as they are asked for: to describe one takes longer than it takes to answer. */
const described = new Map<Endpoint, Operation['responses']>();

function responsesOf(endpoint: Endpoint): Operation['responses'] {
  const known = described.get(endpoint) ?? operationOf(endpoint).responses;
  described.set(endpoint, known);
  return known;
}

/**
 * Holds an answer against what the OpenAPI document says of its route: status, error code, and no field more or
 * less than described. Answers of what is no JSON endpoint pass.
 */
export function expectDescribed(method: string, url: string, status: number, body: unknown): void {
  const path = new URL(url, 'https://x').pathname;
  const endpoint = endpointOf(method, path);
  if (!endpoint) return;
  const responses = responsesOf(endpoint);
  const said = `${method} ${endpoint.path} answered ${status} ${JSON.stringify(body)}`;
  expect(Object.keys(responses), said).toContain(String(status));
  if (status === endpoint.answer.status) {
    if (endpoint.answer.schema) expect(endpoint.answer.schema().parse(body), said).toEqual(body);
    return;
  }
  const { error } = body as { error: string };
  expect(responses[String(status)]!.description.split(', '), said).toContain(error);
}
