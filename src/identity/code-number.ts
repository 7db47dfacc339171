import type { Deps } from '../platform/deps.ts';
import { AppError } from '../platform/errors.ts';
import { phoneHash } from '../platform/phone-hash.ts';

/** A number to which a code may go: E.164, and its keyed hash. */
export interface CodeNumber {
  number: string;
  numberHash: string;
}

/** Reads a number that a code is asked for. @throws AppError `invalid_phone`, `country_not_allowed` */
export async function readCodeNumber(
  input: string,
  { config, phones }: Pick<Deps, 'config' | 'phones'>,
): Promise<CodeNumber> {
  const phone = (await phones()).parse(input, config.SMS_ALLOWED_COUNTRIES);
  if (phone.ok) {
    return { number: phone.e164, numberHash: await phoneHash(config.PHONE_SECRET, phone.e164) };
  }
  if (phone.error === 'country_not_allowed') {
    const countries = config.SMS_ALLOWED_COUNTRIES.join(', ');
    throw new AppError('country_not_allowed', `We can text numbers of these countries only: ${countries}.`);
  }
  throw new AppError('invalid_phone', 'Give a mobile number with its country code, such as +12025550123.');
}
