import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import type { Lease, LeaseRequest } from '../platform/pace/service-budget.ts';
import type { PresenceSettings } from './presence/presence.ts';
import type { Departure } from './presence/presence-store.ts';
import type { SocketOwner } from './records.ts';
import type { DecideAdmission } from './sends/admission.ts';
import type { WindowSettings } from './sends/windows.ts';

/**
 * The object's dependencies on the rest of the service; injected by the Worker, because this folder may not import
 * them.
 */
export interface FamilyDeps {
  settings: FamilySettings;
  decide: DecideAdmission;
  /** Leases texts of the service's budget; null: it has no caps. Rejects when it cannot be asked. */
  lease: ((request: LeaseRequest) => Promise<Lease>) | null;
  /** The user ids of a thread's members; empty when there is no such thread in the family. */
  membersOf(familyId: string, threadId: string): Promise<string[]>;
  /** Of these sockets, the ids of those whose session has ended or whose person is deleted. */
  endedSockets(familyId: string, sockets: readonly SocketOwner[]): Promise<string[]>;
  /**
   * Reports people who are not online any more. Called at least once per departure, again after 30 s when it
   * failed.
   */
  reportDepartures(familyId: string, departures: Departure[]): Promise<void>;
  now(): number;
  log: Log;
}

/** The settings that the Family object uses, in ms and counts. */
export type FamilySettings = PresenceSettings & WindowSettings;

type Names =
  | 'PRESENCE_TTL_SECONDS'
  | 'PRESENCE_GRACE_SECONDS'
  | 'SMS_WINDOW_SECONDS'
  | 'SMS_WINDOW_MAX_SECONDS'
  | 'SMS_USER_DAILY_CAP'
  | 'SMS_FAMILY_DAILY_CAP';

/** Converts the settings' seconds to ms. */
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
