import type { Deps } from '../../platform/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { areCodesPaused } from '../../platform/pauses.ts';
import { phoneHash } from '../../platform/sms/phone-number.ts';
import { senderFor } from '../../platform/sms/senders.ts';
import { receiptsUrl, type SendOutcome } from '../../platform/sms/twilio.ts';
import { formatCodeText } from './code-rules.ts';

/** A number that may be sent a code: E.164, and its keyed hash. */
export interface CodeNumber {
  number: string;
  numberHash: string;
}

/** Parses a number that is to be sent a code. @throws AppError `invalid_phone`, `country_not_allowed` */
export async function readCodeNumber(
  input: string,
  { config, phones }: Pick<Deps, 'config' | 'phones'>,
): Promise<CodeNumber> {
  const phone = phones.parse(input, config.SMS_ALLOWED_COUNTRIES);
  if (phone.ok) {
    return { number: phone.e164, numberHash: await phoneHash(config.PHONE_SECRET, phone.e164) };
  }
  if (phone.error === 'country_not_allowed') {
    const countries = config.SMS_ALLOWED_COUNTRIES.join(', ');
    throw new AppError('country_not_allowed', `We can text numbers of these countries only: ${countries}.`);
  }
  throw new AppError('invalid_phone', 'Give a mobile number with its country code, such as +12025550123.');
}

/** Texts a code. Neither code nor number is ever logged. Never throws. */
export async function textCode(deps: Deps, number: string, code: string): Promise<SendOutcome> {
  const { config, log } = deps;
  if (areCodesPaused(await deps.pauses())) {
    log.warn('code.paused');
    return { kind: 'retry', code: 'paused' };
  }
  const outcome = await deps.sms.send({
    to: number,
    body: formatCodeText({
      brand: config.BRAND_NAME,
      code,
      host: new URL(config.PUBLIC_ORIGIN).host,
      ttlSeconds: config.CODE_TTL_SECONDS,
    }),
    sender: senderFor(config, number, deps.phones.countryOf(number)),
    statusCallback: receiptsUrl(config),
    validitySeconds: config.CODE_TTL_SECONDS,
  });
  log.info('code.texted', {
    outcome: outcome.kind,
    error: outcome.kind === 'accepted' ? null : outcome.code,
  });
  return outcome;
}

/** Whether a text did certainly not leave, by no fault of its number: what it cost is given back. */
export const wasNotSent = ({ kind }: SendOutcome): boolean => kind === 'retry' || kind === 'operator';
