import type { Config } from '../platform/config.ts';
import type { PresenceSettings } from './presence.ts';
import type { WindowSettings } from './windows.ts';

/** What the family reads of the settings, in ms and counts. */
export type FamilySettings = PresenceSettings & WindowSettings;

type Names =
  | 'PRESENCE_TTL_SECONDS'
  | 'PRESENCE_GRACE_SECONDS'
  | 'SMS_WINDOW_SECONDS'
  | 'SMS_WINDOW_MAX_SECONDS'
  | 'SMS_USER_DAILY_CAP'
  | 'SMS_FAMILY_DAILY_CAP';

/** Turns the settings' seconds into the family's ms. */
export function familySettings(config: Pick<Config, Names>): FamilySettings {
  return {
    ttlMs: config.PRESENCE_TTL_SECONDS * 1000,
    graceMs: config.PRESENCE_GRACE_SECONDS * 1000,
    windowMs: config.SMS_WINDOW_SECONDS * 1000,
    windowMaxMs: config.SMS_WINDOW_MAX_SECONDS * 1000,
    userCap: config.SMS_USER_DAILY_CAP,
    familyCap: config.SMS_FAMILY_DAILY_CAP,
  };
}
