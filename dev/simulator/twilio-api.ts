import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Carrier, RequestRecord } from './carrier.ts';
import { checkMessage } from './create-message.ts';
import { startDelivery } from './delivery.ts';
import type { Fault } from './faults.ts';
import { readForm, sendJson } from './http.ts';
import { messageJson } from './message-json.ts';
import { textsPage } from './message-list.ts';
import type { Settings } from './options.ts';
import { isAuthorized } from './twilio-auth.ts';
import { twilioError } from './twilio-errors.ts';

type Answer = { status: number; body: unknown; headers?: Record<string, string> };

const PATH = /^\/2010-04-01\/Accounts\/([^/]+)\/Messages(?:\/([^/]+))?\.json$/;
const REMEMBERED = 20_000;

/** The faults that strike before anything is done, as the answer they give; null for all others. */
function refusalOf(carrier: Carrier, fault: Fault, to: string): Answer | null {
  if (typeof fault === 'number') return twilioError(fault, to);
  const { retryAfterSeconds } = carrier.faults.get();
  const headers: Record<string, string> =
    retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
  if (fault === 'rateLimited') return { ...twilioError(20429), headers };
  if (fault === 'serverError') return twilioError(20500);
  return fault === 'unavailable' ? twilioError(20503) : null;
}

/** A fault by its name, as it is written down. */
function faultName(fault: Fault): string | number {
  if (typeof fault !== 'object') return fault;
  return Object.entries(fault)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** Creates a message if its form is right, and starts its delivery. */
function create(carrier: Carrier, form: URLSearchParams, record: RequestRecord, fault: Fault): Answer {
  const checked = checkMessage(carrier, form);
  if (!checked.ok) {
    record.fault = checked.error.body.code;
    return checked.error;
  }
  const message = carrier.messages.add(checked.message, Date.now());
  message.outcome = typeof fault === 'object' ? fault : carrier.faults.ending(`message:${message.seq}`);
  record.sid = message.sid;
  const body = messageJson(carrier.settings, message);
  startDelivery(carrier, message);
  return { status: 201, body };
}

/** The code of what is wrong with a request as such: path, credentials, method. */
function wrongRequest(
  settings: Settings,
  request: IncomingMessage,
  account: string | undefined,
): number | null {
  if (account === undefined) return 20404;
  if (!isAuthorized(settings, request.headers.authorization)) return 20003;
  if (account !== settings.accountSid) return 20404;
  return ['GET', 'POST'].includes(request.method ?? '') ? null : 20004;
}

/** The states of a message that Twilio has done with. */
const ENDED: readonly string[] = ['sent', 'delivered', 'read', 'undelivered', 'failed', 'received'];

/**
 * Empties the words of a message that has ended; what is not exactly an empty body is refused
 * (twilio.com/docs/api/errors/30400), and one that is under way is not complete (…/20009).
 */
function redact(carrier: Carrier, form: URLSearchParams, sid: string, path: string): Answer {
  const message = carrier.messages.bySid(sid);
  if (!message) return twilioError(20404, path);
  if (form.get('Body') !== '' || form.has('Status')) return twilioError(30400);
  if (!ENDED.includes(message.status)) return twilioError(20009);
  message.redacted = true;
  message.updatedAt = Date.now();
  carrier.events.emit({ type: 'status', message });
  return { status: 200, body: messageJson(carrier.settings, message) };
}

function perform(
  carrier: Carrier,
  record: RequestRecord,
  url: URL,
  form: URLSearchParams,
  sid: string | null,
  fault: Fault,
): Answer {
  const { settings, messages } = carrier;
  if (record.operation === 'create') return create(carrier, form, record, fault);
  if (record.operation === 'redact' && sid !== null) return redact(carrier, form, sid, url.pathname);
  if (record.operation === 'list') {
    const until = Date.now() - carrier.faults.get().listDelaySeconds * 1000;
    const listed = messages.all().filter(({ createdAt }) => createdAt <= until);
    return textsPage(settings, listed, url.searchParams);
  }
  const message = sid === null ? undefined : messages.bySid(sid);
  return message ? { status: 200, body: messageJson(settings, message) } : twilioError(20404, url.pathname);
}

const operationOf = (writes: boolean, sid: string | null): RequestRecord['operation'] => {
  if (writes) return sid === null ? 'create' : 'redact';
  return sid === null ? 'list' : 'fetch';
};

function remember(carrier: Carrier, record: RequestRecord): void {
  carrier.requests.push(record);
  if (carrier.requests.length > REMEMBERED) carrier.requests.shift();
}

/**
 * The part of Twilio's REST API that sends and looks up messages (twilio.com/docs/messaging/api/message-resource):
 * create, list, fetch and redact, with Basic authentication, Twilio's error bodies, and the faults that are in force.
 */
export async function handleTwilioApi(
  carrier: Carrier,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const form = await readForm(request);
  const [, account, sid = null] = PATH.exec(url.pathname) ?? [];
  const writes = request.method === 'POST';
  const record: RequestRecord = {
    at: Date.now(),
    operation: operationOf(writes, sid),
    path: url.pathname + url.search,
    params: Object.fromEntries(form),
    status: null,
    fault: null,
    sid: null,
  };
  remember(carrier, record);
  const answer = ({ status, body, headers }: Answer): void => {
    record.status = status;
    sendJson(response, status, body, headers);
  };
  const wrong = wrongRequest(carrier.settings, request, account);
  if (wrong !== null) {
    record.fault = wrong;
    return answer(twilioError(wrong, url.pathname));
  }

  const to = form.get('To') ?? url.searchParams.get('To');
  carrier.inHand += 1;
  response.on('close', () => {
    carrier.inHand -= 1;
  });
  const { latencyMs, concurrent } = carrier.faults.get();
  const decided = carrier.faults.decide(record.operation === 'create' ? 'create' : 'read', to);
  const fault = concurrent !== null && carrier.inHand > concurrent ? 'rateLimited' : decided;
  if (fault !== 'none') record.fault = faultName(fault);
  if (latencyMs > 0) await carrier.work.pause(latencyMs);

  if (fault === 'timeout') return;
  if (fault === 'dropBefore') return void request.socket.destroy();
  const refusal = refusalOf(carrier, fault, to ?? '');
  const result = refusal ?? perform(carrier, record, url, form, sid, fault);
  if (fault === 'timeoutAfter') return;
  if (fault === 'dropAfter') return void request.socket.destroy();
  answer(fault === 'serverErrorAfter' ? twilioError(20500) : result);
}
