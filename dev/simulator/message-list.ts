import { messageJson } from './message-json.ts';
import type { Settings } from './options.ts';
import { type TwilioError, twilioError } from './twilio-errors.ts';
import type { SimulatedMessage } from './types.ts';
import { wireAddresses } from './wire.ts';

/** One date filter: a day (`2026-07-01`) or a moment (ISO 8601). Messages never sent have no date and never match. */
function dateMatches(message: SimulatedMessage, query: URLSearchParams): boolean {
  const [on, before, after] = ['DateSent', 'DateSent<', 'DateSent>'].map((name) => query.get(name));
  if (!on && !before && !after) return true;
  if (message.sentAt === null) return false;
  if (on && new Date(message.sentAt).toISOString().slice(0, 10) !== on.slice(0, 10)) return false;
  if (before && message.sentAt > Date.parse(before)) return false;
  return !after || message.sentAt >= Date.parse(after);
}

/**
 * A page of messages as Twilio pages them: newest first, `PageSize` 50 (at most 1000), relative `next_page_uri`.
 * A later page is reached by its `PageToken` (`PA` and the last sid seen) alone, since new texts move page numbers.
 * @param messages Oldest first.
 */
export function textsPage(
  settings: Settings,
  messages: readonly SimulatedMessage[],
  query: URLSearchParams,
): { status: 200; body: Record<string, unknown> } | TwilioError {
  const size = Number(query.get('PageSize') ?? 50);
  const page = Number(query.get('Page') ?? 0);
  const token = query.get('PageToken') ?? '';
  if (!Number.isInteger(size) || size < 1 || !Number.isInteger(page) || page < 0) return twilioError(20001);
  if (page > 0 && token === '') return twilioError(20001);
  const pageSize = Math.min(size, 1000);

  const to = query.get('To');
  const from = query.get('From');
  const { accountSid, rcsListed } = settings;
  const found = messages
    .filter((message) => {
      const shown = rcsListed === 'prefixed' ? wireAddresses(settings, message) : message;
      return (!to || shown.to === to) && (!from || shown.from === from);
    })
    .filter((message) => dateMatches(message, query))
    .reverse();
  const start = token === '' ? 0 : found.findIndex((message) => `PA${message.sid}` === token) + 1;
  if (token !== '' && start === 0) return twilioError(20001);
  const shown = found.slice(start, start + pageSize);
  const last = shown.at(-1);

  const uri = (number: number, pageToken: string): string => {
    const params = new URLSearchParams(query);
    params.delete('PageToken');
    params.set('PageSize', String(pageSize));
    params.set('Page', String(number));
    if (pageToken !== '') params.set('PageToken', pageToken);
    return `/2010-04-01/Accounts/${accountSid}/Messages.json?${params}`;
  };
  return {
    status: 200,
    body: {
      end: page * pageSize + Math.max(0, shown.length - 1),
      first_page_uri: uri(0, ''),
      messages: shown.map((message) => messageJson(settings, message)),
      next_page_uri: last && start + shown.length < found.length ? uri(page + 1, `PA${last.sid}`) : null,
      page,
      page_size: pageSize,
      previous_page_uri: null,
      start: page * pageSize,
      uri: uri(page, token),
    },
  };
}
