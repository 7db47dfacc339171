import type { Deps } from '../platform/deps.ts';
import { receiptsUrl } from '../platform/twilio/receipts-url.ts';
import type { SendOutcome } from '../platform/twilio/twilio.ts';
import { formatCodeText } from './codes.ts';

/** Texts a code. Neither code nor number is ever logged. Never throws. */
export async function textCode(deps: Deps, number: string, code: string): Promise<SendOutcome> {
  const { config, log } = deps;
  const outcome = await deps.sms.send({
    to: number,
    body: formatCodeText({
      brand: config.BRAND_NAME,
      code,
      host: new URL(config.PUBLIC_ORIGIN).host,
      ttlSeconds: config.CODE_TTL_SECONDS,
    }),
    statusCallback: receiptsUrl(config),
    validitySeconds: config.CODE_TTL_SECONDS,
  });
  log.info('code.texted', {
    outcome: outcome.kind,
    error: outcome.kind === 'accepted' ? null : outcome.code,
  });
  return outcome;
}
