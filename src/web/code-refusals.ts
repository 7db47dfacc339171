import { AppError } from '../platform/errors.ts';
import { waitWords } from './number-words.ts';

/** Why a number or a code was refused, in words for its person; rethrows what is no refusal of this kind. */
export function codeRefusal(error: unknown): {
  words: string;
  /** When to come back, as a sentence; for where nothing counts down. */
  wait: string;
  retrySeconds: number | null;
  status: 400 | 409 | 429 | 503;
} {
  if (!(error instanceof AppError)) throw error;
  const retrySeconds = error.extras.retryAfterSeconds ?? null;
  const left = Number(error.extras.fields?.attemptsLeft ?? 0);
  const wait = retrySeconds === null ? '' : `Try again in ${waitWords(retrySeconds)}.`;
  const said = (words: string, status: 400 | 409 | 429 | 503 = 400) => ({
    words,
    wait,
    retrySeconds,
    status,
  });
  switch (error.code) {
    case 'invalid_phone':
      return said('This does not look like a mobile number. Check the digits.');
    case 'country_not_allowed':
      return said('We cannot text numbers of this country yet.');
    case 'no_code':
      return said('This is not the code that we wait for. You can ask for a new one below.');
    case 'expired':
      return said('This code is too old. You can ask for a new one below.');
    case 'invalid':
      return said(
        left > 0
          ? `That is not the code we sent. You have ${left} ${left === 1 ? 'try' : 'tries'} left.`
          : 'That was one wrong code too many. You can ask for a new one below.',
      );
    case 'rate_limited':
      return said(error.message, 429);
    case 'second_sign_needed':
    case 'carrier_opted_out':
      return said(error.message, 409);
    case 'sms_unavailable':
      return said(error.message, 503);
    default:
      throw error;
  }
}
