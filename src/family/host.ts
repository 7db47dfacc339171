import type { Log } from '../platform/log.ts';
import type { Judge } from './admission.ts';
import type { Departure } from './presence-store.ts';
import type { SocketOwner } from './records.ts';
import type { FamilySettings } from './settings.ts';

/** What the object needs of the rest of the service; put in by the worker, as all of it stands on higher rungs. */
export interface FamilyHost {
  settings: FamilySettings;
  judge: Judge;
  /** The user ids of a thread's members; empty when there is no such thread in the family. */
  membersOf(familyId: string, threadId: string): Promise<string[]>;
  /** Of these sockets, the ids of those whose session or person is no more. */
  endedSockets(familyId: string, sockets: readonly SocketOwner[]): Promise<string[]>;
  /** People stopped being here. Told at least once each, again after 30 s when it failed. */
  left(familyId: string, departures: Departure[]): Promise<void>;
  now(): number;
  log: Log;
}
