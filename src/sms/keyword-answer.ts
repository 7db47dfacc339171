import type { KeywordReading } from '../consent/keywords.ts';
import { helpReply, optInReply, optOutReply, plainOptOutConfirmation } from '../consent/texts.ts';
import type { Config } from '../platform/config.ts';

type WordSettings = Pick<Config, 'OPT_OUT_REPLIES' | 'BRAND_NAME' | 'SUPPORT_CONTACT' | 'PUBLIC_ORIGIN'>;

/**
 * What we answer to a text that was read so; null: nothing. Where Twilio answers its own keywords, an answer
 * of ours would be refused with 21610 or be a second one; what Twilio did not recognise it did not answer.
 * Source: twilio.com/docs/messaging/tutorials/advanced-opt-out.
 */
export function keywordAnswer({ kind, by }: KeywordReading, config: WordSettings): string | null {
  if (kind === 'none' || (by === 'twilio' && config.OPT_OUT_REPLIES === 'twilio')) return null;
  const brand = config.BRAND_NAME;
  if (kind === 'help') {
    return helpReply({
      brand,
      supportContact: config.SUPPORT_CONTACT,
      helpUrl: `${config.PUBLIC_ORIGIN}/help`,
    });
  }
  if (kind === 'opt_in') return optInReply({ brand });
  return by === 'plain' ? plainOptOutConfirmation({ brand }) : optOutReply({ brand });
}
