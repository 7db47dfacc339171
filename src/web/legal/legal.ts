import type { Config } from '../../platform/config.ts';

/** What the three pages of small print are filled with. */
export interface Legal {
  brand: string;
  company: string;
  contact: string;
  /** The wording shown beside the consent box, current version. */
  consent: string;
  /** Texts one person gets in 24 hours at most. */
  dailyCap: number;
  /** The number that texts come from, as people read it; null behind a messaging service. */
  sender: string | null;
}

/** Fills the small print from the settings. */
export function legalOf(
  config: Pick<
    Config,
    'BRAND_NAME' | 'COMPANY_NAME' | 'SUPPORT_CONTACT' | 'SMS_USER_DAILY_CAP' | 'TWILIO_FROM'
  >,
  consent: string,
): Legal {
  return {
    brand: config.BRAND_NAME,
    company: config.COMPANY_NAME,
    contact: config.SUPPORT_CONTACT,
    consent,
    dailyCap: config.SMS_USER_DAILY_CAP,
    sender: config.TWILIO_FROM ?? null,
  };
}
