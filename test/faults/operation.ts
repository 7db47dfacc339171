import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { StoreName } from '../../src/db/stores/slots.ts';
import { DeadlineError } from '../../src/platform/concurrency.ts';
import type { Bindings, Deps } from '../../src/platform/deps.ts';
import { AppError } from '../../src/platform/errors.ts';
import { mountRoutes } from '../../src/routes.ts';
import { drainUntilIdle } from '../worker/acts.ts';
import { forbidden } from '../worker/history.ts';
import { type Lab, openLab } from '../worker/lab.ts';
import { hostToken } from '../worker/people.ts';
import type { Call, End } from '../worker/process.ts';
import { type Fault, faultsToInject, injectAt } from './faults.ts';

/** Something that the Worker does, and of which each call may be made to fail. */
export interface Operation {
  name: string;
  settings?: Record<string, string>;
  /** Brings a fresh family there, undisturbed. */
  prepare: (lab: Lab) => Promise<Act>;
}

/** What is done; and done again, undisturbed, by a caller who got no answer or a 5xx. */
export interface Act {
  work: (deps: Deps) => Promise<unknown>;
  /** What the world does after the failed attempt, instead of asking again; null: it is not asked again. */
  again?: ((end: End<unknown>) => Promise<void>) | null;
  /** What must be so in the end. `answered`: the failed attempt had answered well. */
  verify: (answered: boolean) => Promise<void>;
}

/** An answer of the API. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: its shape is the test's business
  json: any;
}

/** Every fault at every call, not one of each kind. */
const everything = (env as unknown as Record<string, string>).FAULTS_LONG === '1';

const app = createApp((bindings) => (bindings as unknown as { deps: Deps }).deps);
mountRoutes(app);

/** A request to the API, by one of the family, the host's service or nobody. */
export const ask =
  (lab: Lab, method: string, path: string, as: string | null = null, body?: unknown, headers = {}) =>
  async (deps: Deps): Promise<Answer> => {
    const token =
      as === null ? null : as === 'service' ? await serviceToken(lab) : await hostToken(as, lab.familyId);
    const request = new Request(`${lab.config.PUBLIC_ORIGIN}${path}`, {
      method,
      headers: {
        'CF-Connecting-IP': '203.0.113.7',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const bindings = { ...env, deps } as unknown as Bindings;
    const response = await app.fetch(request, bindings, createExecutionContext());
    return { status: response.status, json: await response.json() };
  };

const serviceToken = (lab: Lab) => hostToken('host', lab.familyId, 3600, { scope: 'service' });

const isAnswer = (value: unknown): value is Answer =>
  typeof value === 'object' && value !== null && 'status' in value && 'json' in value;

/** Whether a process gave an answer that its caller is content with; and that it is one of ours in any case. */
function isAnswered(end: End<unknown>, injected: string): boolean {
  if (end.kind === 'died') return false;
  if (end.kind === 'threw') {
    const { error } = end;
    if (error instanceof AppError) return error.status < 500;
    // Below the routes errors go up as they came; what comes up must be the fault, not a slip because of it, or a
    // deadline that a busy machine has passed.
    if (!(error instanceof DeadlineError)) expect(causes(error)).toContain(injected);
    return false;
  }
  if (!isAnswer(end.value)) return true;
  const { status, json } = end.value;
  if (status < 500) return true;
  expect([502, 503]).toContain(status);
  expect(['sms_unavailable', 'unavailable']).toContain(json.error);
  return false;
}

function causes(error: unknown): string {
  const messages: string[] = [];
  for (let e: unknown = error; e instanceof Error; e = e.cause) messages.push(e.message);
  return messages.join('\n');
}

/** What a process that died in an earlier operation is told of its last call to D1, 31 s later. */
const LATE = /the database did not answer in time|No answer within/;

/** The calls of an undisturbed run, and the store of the family. */
async function callsOf(operation: Operation): Promise<{ calls: Call[]; store: StoreName }> {
  const lab = await openLab(operation.settings);
  try {
    const { work, again, verify } = await operation.prepare(lab);
    const process = lab.start();
    const end = await process.run(work);
    if (end.kind === 'threw') throw end.error;
    // What a sweep does in a store where nobody lives has the same consequences wherever it fails.
    const elsewhere = (call: Call) =>
      call.database?.startsWith('FAMILY_DB_') && call.database !== lab.binding;
    const calls = process.calls.filter((call) => everything || !elsewhere(call));
    if (again) await again(end);
    await drainUntilIdle(lab);
    await verify(true);
    return { calls, store: lab.store };
  } finally {
    lab.close();
  }
}

/** Holds everything that is logged from here on. */
function listen() {
  const methods = (['log', 'warn', 'error'] as const).map((method) =>
    vi.spyOn(console, method).mockImplementation(() => undefined),
  );
  const linesOf = (calls: unknown[][]) => calls.map(([line]) => String(line));
  return {
    errors: () => linesOf(methods[2]!.mock.calls),
    all: () => methods.flatMap(({ mock }) => linesOf(mock.calls)),
    end: () => {
      for (const method of methods) method.mockRestore();
    },
  };
}

/** Of what was texted, what no log may hold: one-time codes and codes of links. */
const codesTexted = (lab: Lab) =>
  lab.carrier.texts.flatMap(({ body }) => body.match(/\b\d{6}\b|(?<=\/l\/)\w+/g) ?? []);

/** No log line holds a number, a word of a message, a code or a token, whatever failed with these among its values. */
function expectNoValues(lab: Lab, lines: readonly string[]): void {
  const codes = codesTexted(lab).map((code) => new RegExp(`\\b${code}\\b`));
  const kinds = [/\+\d{8,15}/, /Hello|Hi there/, /eyJ\w{8,}/, ...codes];
  expect(lines.filter((line) => kinds.some((kind) => kind.test(line)))).toEqual([]);
}

/** One strike: the operation, the fault at one of its calls, what callers do, time, and what must be so then. */
async function tryOnce(
  operation: Operation,
  call: Call,
  fault: Fault,
  when: 'before' | 'after',
  store: StoreName,
): Promise<void> {
  const log = listen();
  const lab = await openLab(operation.settings, store);
  try {
    const { work, again, verify } = await operation.prepare(lab);
    const how = fault.how();
    const injected = how instanceof Error ? how.message : '';
    const end = await lab.run(work, injectAt(call, fault, when));
    const answered = isAnswered(end, injected);
    for (const line of log.errors()) {
      const cause: string = JSON.parse(line).cause ?? '';
      if (!LATE.test(cause)) expect(cause).toContain(injected);
    }
    if (again) await again(end);
    else if (again === undefined && !answered) {
      const repeated = await lab.run(work);
      expect(repeated.kind === 'done' || (repeated.kind === 'threw' && repeated.error)).toBeTruthy();
      expect(isAnswered(repeated, 'no fault')).toBe(true);
    }
    await drainUntilIdle(lab);
    expect(forbidden((await lab.look()).steps)).toEqual([]);
    await verify(answered);
    expectNoValues(lab, log.all());
  } catch (error) {
    throw new Error(`${fault.name} ${when} call ${call.number} (${call.kind} ${call.name})`, {
      cause: error,
    });
  } finally {
    lab.close();
    log.end();
  }
}

/** Strikes each call of an operation before its effect and after. @returns how often */
export async function injectEverywhere(operation: Operation): Promise<number> {
  const { calls, store } = await callsOf(operation);
  let strikes = 0;
  for (const call of calls) {
    for (const { fault, when } of faultsToInject(call, { everything })) {
      await tryOnce(operation, call, fault, when, store);
      strikes += 1;
    }
  }
  return strikes;
}
