import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { type Carrier, senderKey, setNumber } from './carrier.ts';
import { faultsPatchSchema, plannedFaultSchema } from './faults.ts';
import { HttpError, readJson, requireOwnOrigin, sendJson } from './http.ts';
import { sendFromPhone } from './inbound.ts';
import type { MessageFilter } from './message-store.ts';
import { nextMessage } from './next-message.ts';
import { numberBehaviourSchema } from './numbers.ts';
import { changeSettings } from './options.ts';
import { clearMessages, reset } from './reset.ts';

/** A number or a short code: what is none would be nobody's. */
const phoneSchema = z
  .string()
  .regex(/^(\+[1-9]\d{5,14}|\d{3,8})$/, 'A phone is a number such as +12025550123.');

const inboundSchema = z.strictObject({
  from: phoneSchema,
  body: z.string(),
  to: z.string().optional(),
  times: z.number().int().min(1).max(20).optional(),
  channel: z.enum(['sms', 'rcs']).optional(),
  suggestion: z.boolean().optional(),
});

const timeoutSchema = z.coerce.number().int().min(0).max(600_000);

const settingsPatchSchema = z
  .strictObject({
    accountSid: z.string(),
    authToken: z.string(),
    keySid: z.string().nullable(),
    keySecret: z.string().nullable(),
    from: z.array(z.string()),
    messagingServiceSid: z.string().nullable(),
    publicOrigin: z.string(),
    appOrigin: z.string(),
    inboundUrl: z.string(),
    inboundFallbackUrl: z.string().nullable(),
    rcsSender: z.string(),
    rcsListed: z.enum(['number', 'prefixed']),
    optOuts: z.enum(['twilio', 'advanced', 'off']),
    pace: z.strictObject({ sentMs: z.number().min(0), deliveredMs: z.number().min(0) }),
    webhooks: z.enum(['post', 'hold']),
  })
  .partial();

const personSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  phone: z.string().nullable(),
  note: z.string(),
});

/** One route's work: `parameter` is the last part of the path, where the route has one. */
type Work = (input: {
  carrier: Carrier;
  body: unknown;
  query: URLSearchParams;
  parameter: string;
}) => unknown | Promise<unknown>;

const directionSchema = z.enum(['inbound', 'outbound']).nullable();

function filterFrom(query: URLSearchParams): MessageFilter {
  return {
    // A plus that was not escaped comes as a space.
    phone: query.get('phone')?.replace(/^ /, '+'),
    direction: directionSchema.parse(query.get('direction')) ?? undefined,
    contains: query.get('contains') ?? undefined,
    after: query.has('after') ? z.coerce.number().int().min(0).parse(query.get('after')) : undefined,
  };
}

function state(carrier: Carrier): unknown {
  return {
    settings: carrier.settings,
    people: carrier.people,
    faults: carrier.faults.get(),
    planned: carrier.faults.planned(),
    numbers: carrier.numbers.all(),
    optOuts: carrier.optOuts.all(),
    lastSeq: carrier.messages.lastSeq(),
  };
}

function changed(carrier: Carrier): unknown {
  carrier.events.emit({ type: 'settings' });
  return state(carrier);
}

/** Routes below `/simulator/api`, `:` standing for the parameter. All speak JSON. */
const ROUTES: Readonly<Record<string, Work>> = {
  'GET /state': ({ carrier }) => state(carrier),
  'POST /reset': ({ carrier }) => {
    reset(carrier);
    return state(carrier);
  },
  'GET /messages': ({ carrier, query }) => ({ messages: carrier.messages.all(filterFrom(query)) }),
  'DELETE /messages': ({ carrier }) => {
    clearMessages(carrier);
    return {};
  },
  'GET /messages/next': async ({ carrier, query }) => {
    const timeoutMs = timeoutSchema.parse(query.get('timeoutMs') ?? 10_000);
    return { message: await nextMessage(carrier, filterFrom(query), timeoutMs) };
  },
  'POST /inbound': async ({ carrier, body }) => {
    const { from, body: words, ...options } = inboundSchema.parse(body);
    return await sendFromPhone(carrier, from, words, options);
  },
  'GET /faults': ({ carrier }) => carrier.faults.get(),
  'PATCH /faults': ({ carrier, body }) => {
    carrier.faults.set(faultsPatchSchema.parse(body));
    return changed(carrier);
  },
  'DELETE /faults': ({ carrier }) => {
    carrier.faults.reset();
    return changed(carrier);
  },
  'POST /faults/next': ({ carrier, body }) => {
    carrier.faults.next(plannedFaultSchema.parse(body));
    return changed(carrier);
  },
  'PUT /numbers/:': ({ carrier, body, parameter }) => {
    setNumber(carrier, phoneSchema.parse(parameter), numberBehaviourSchema.parse(body));
    return state(carrier);
  },
  'DELETE /numbers/:': ({ carrier, parameter }) => {
    setNumber(carrier, parameter, null);
    return state(carrier);
  },
  'PUT /opt-outs/:': ({ carrier, parameter }) => {
    const phone = phoneSchema.parse(parameter);
    for (const number of carrier.settings.from) {
      carrier.optOuts.add(senderKey(carrier.settings, number), phone);
    }
    carrier.events.emit({ type: 'optOut', phone });
    return state(carrier);
  },
  'DELETE /opt-outs/:': ({ carrier, parameter }) => {
    for (const number of carrier.settings.from) {
      carrier.optOuts.remove(senderKey(carrier.settings, number), parameter);
    }
    carrier.events.emit({ type: 'optOut', phone: parameter });
    return state(carrier);
  },
  'PATCH /settings': ({ carrier, body }) => {
    changeSettings(carrier.settings, settingsPatchSchema.parse(body));
    return changed(carrier);
  },
  'PUT /people': ({ carrier, body }) => {
    carrier.people = z.array(personSchema).parse(body);
    carrier.events.emit({ type: 'people' });
    return state(carrier);
  },
  'GET /requests': ({ carrier }) => ({ requests: carrier.requests }),
  'GET /webhooks': ({ carrier }) => ({ webhooks: carrier.webhooks.all() }),
  'GET /notices': ({ carrier }) => ({ notices: carrier.notices }),
  'POST /idle': async ({ carrier }) => {
    await carrier.work.idle();
    return {};
  },
};

/** Every route below `/simulator/api`, such as `PUT /numbers/:`. */
export const CONTROL_ROUTES = Object.keys(ROUTES);

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new HttpError(400, `${part} is not percent-encoded UTF-8.`);
  }
}

/** The simulator's own JSON API: what the `Simulator` object offers a test, for tests in another process. */
export async function handleControlApi(
  carrier: Carrier,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  requireOwnOrigin(request);
  const path = url.pathname.slice('/simulator/api'.length);
  const cut = path.lastIndexOf('/') + 1;
  const work = ROUTES[`${request.method} ${path}`] ?? ROUTES[`${request.method} ${path.slice(0, cut)}:`];
  if (!work) throw new HttpError(404, `There is no ${request.method} ${url.pathname}.`);
  const body = request.method === 'GET' ? {} : await readJson(request);
  const parameter = decoded(path.slice(cut));
  sendJson(response, 200, await work({ carrier, body, query: url.searchParams, parameter }));
}
