import type { Overview } from '../../events/operations-overview.ts';
import type { AlertJson } from '../../notifications/operate/acknowledge.ts';
import type { WallClock } from '../clock.ts';

/** The sections of `/ops` that hold forms. */
export type OpsSection = 'alerts' | 'pauses' | 'dead';

/** What operators look at. */
export interface OpsView extends Omit<Overview, 'receiver'> {
  /** What a form was answered with. */
  told: { section: OpsSection; tone: 'good' | 'bad'; words: string } | null;
  now: number;
  /** The one clock of the page: bars, alerts and times. */
  clock: WallClock;
}

/** The newest alert of a kind. */
export const newestOf = (alerts: readonly AlertJson[], kind: string): AlertJson | undefined =>
  alerts.find((alert) => alert.kind === kind);
