import type { AlertJson } from '../../notifications/operate/acknowledge.ts';
import type { PartState } from '../../notifications/operate/part-states.ts';
import type { Stats } from '../../notifications/operate/stats.ts';
import type { AuditEntry } from '../../platform/audit.ts';
import type { Pause } from '../../platform/pauses.ts';
import type { WallClock } from '../clock.ts';

/** The sections of `/ops` that hold forms. */
export type OpsSection = 'alerts' | 'pauses' | 'dead';

/** What operators look at. */
export interface OpsView {
  /** The last 24 hours. */
  today: Stats;
  /** The last 30 days, by the days of the clock. */
  month: Stats;
  parts: PartState[];
  pauses: readonly Pause[];
  /** What operators did, newest first. */
  acts: readonly AuditEntry[];
  /** What a form was answered with. */
  told: { section: OpsSection; tone: 'good' | 'bad'; words: string } | null;
  now: number;
  /** The one clock of the page: bars, alerts and times. */
  clock: WallClock;
}

/** The newest alert of a kind. */
export const newestOf = (alerts: readonly AlertJson[], kind: string): AlertJson | undefined =>
  alerts.find((alert) => alert.kind === kind);
