import { retrying } from '../../db/retry.ts';
import { sql } from '../../db/sql.ts';
import type { Person } from '../../numbers/changes.ts';
import { sha256 } from '../../platform/crypto.ts';
import type { Deps } from '../../platform/deps.ts';
import { iso } from '../../platform/http/validation.ts';
import { FOREVER } from '../../platform/time.ts';
import type { Preferences } from './preferences-schema.ts';

/** A person's preferences with what a conditional write needs. */
export interface ReadPreferences {
  preferences: Preferences;
  /** Strong; changes with every change of the preferences. */
  etag: string;
  revision: number;
  /** The wording's version of the last opt-in. */
  consentVersion: string | null;
  /** Quoted threads that the person is a member of. */
  memberOf: string[];
}

interface Row {
  revision: number | null;
  smsEnabled: number | null;
  optedOutAt: number | null;
  consentVersion: string | null;
  urgentAllowed: number | null;
  quietStart: number | null;
  quietEnd: number | null;
  quietDelivery: 'defer' | 'drop' | null;
  preview: 'full' | 'sender' | 'none' | null;
  timeZone: string | null;
  mutes: string;
  memberOf: string;
}

function toPreferences(row: Row, now: number): Preferences {
  const mutes: Record<string, number> = JSON.parse(row.mutes);
  const lasting = Object.entries(mutes).filter(([, until]) => until > now);
  return {
    smsEnabled: row.smsEnabled === 1 && row.optedOutAt === null,
    urgentAllowed: row.urgentAllowed !== 0,
    quietStart: row.quietStart,
    quietEnd: row.quietEnd,
    timeZone: row.timeZone ?? 'UTC',
    quietDelivery: row.quietDelivery ?? 'defer',
    preview: row.preview ?? 'full',
    perThreadMute: Object.fromEntries(
      lasting.map(([threadId, until]) => [threadId, until >= FOREVER ? true : iso(until)]),
    ),
  };
}

/**
 * Reads a person's preferences, in one query; one who never set any has the defaults.
 * @param threads of which `memberOf` is asked
 */
export async function readPreferences(
  deps: Deps,
  { userId, familyId }: Person,
  threads: readonly string[] = [],
): Promise<ReadPreferences | null> {
  const rows = await retrying(() =>
    deps.db.forFamily(familyId).all<Row>(sql`
      SELECT p.revision AS revision, p.sms_enabled AS smsEnabled,
        COALESCE(p.opted_out_at, p.carrier_opted_out_at) AS optedOutAt, p.consent_version AS consentVersion,
        p.urgent_allowed AS urgentAllowed, p.quiet_start AS quietStart, p.quiet_end AS quietEnd,
        p.quiet_delivery AS quietDelivery, p.preview AS preview, COALESCE(u.time_zone, f.time_zone) AS timeZone,
        (SELECT json_group_object(m.thread_id, m.muted_until) FROM thread_members m
          WHERE m.user_id = u.id AND m.muted_until IS NOT NULL) AS mutes,
        (SELECT json_group_array(m.thread_id) FROM thread_members m
          WHERE m.user_id = u.id AND m.thread_id IN (SELECT value FROM json_each(${JSON.stringify(threads)}))) AS memberOf
      FROM users u JOIN families f ON f.id = u.family_id LEFT JOIN notification_preferences p ON p.user_id = u.id
      WHERE u.id = ${userId} AND u.family_id = ${familyId} AND u.deleted_at IS NULL`),
  );
  const row = rows[0];
  if (!row) return null;
  const preferences = toPreferences(row, deps.now());
  const revision = row.revision ?? 1;
  const digest = await sha256(JSON.stringify([revision, preferences]));
  return {
    preferences,
    etag: `"${revision}-${digest.slice(0, 22)}"`,
    revision,
    consentVersion: row.consentVersion,
    memberOf: JSON.parse(row.memberOf),
  };
}
