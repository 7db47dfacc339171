import { AppError } from '../platform/errors.ts';
import { waitWords } from './phone-words.ts';

/** Why a number or a code was refused, in words for its person; rethrows what is no refusal of this kind. */
export function codeRefusal(error: unknown): {
  words: string;
  retrySeconds: number | null;
  status: 400 | 409 | 429 | 503;
} {
  if (!(error instanceof AppError)) throw error;
  const retrySeconds = error.extras.retryAfterSeconds ?? null;
  const left = Number(error.extras.fields?.attemptsLeft ?? 0);
  const said = (words: string, status: 400 | 409 | 429 | 503 = 400) => ({ words, retrySeconds, status });
  switch (error.code) {
    case 'invalid_phone':
      return said('This does not look like a mobile number. Check the digits.');
    case 'country_not_allowed':
      return said('We cannot text numbers of this country yet.');
    case 'no_code':
      return said('There is no open code for this number. Ask for a new one.');
    case 'expired':
      return said('This code is too old. Ask for a new one.');
    case 'invalid':
      return said(
        left > 0
          ? `That is not the code we sent. You have ${left} ${left === 1 ? 'try' : 'tries'} left.`
          : 'That was one wrong code too many. Ask for a new one.',
      );
    case 'rate_limited':
      return said(`${error.message} Try again in ${waitWords(retrySeconds ?? 60)}.`, 429);
    case 'second_sign_needed':
    case 'carrier_opted_out':
      return said(error.message, 409);
    case 'sms_unavailable':
      return said(error.message, 503);
    default:
      throw error;
  }
}
