/** A person, and where their rows are. */
export interface Person {
  userId: string;
  familyId: string;
}

/** The source of an opt-in or opt-out. */
export type ConsentSource =
  | 'web'
  | 'api'
  | 'keyword'
  | 'carrier'
  | 'import'
  | 'host'
  | 'number_moved'
  | 'number_removed';

/** Somebody opted in or out. */
export interface ConsentChange {
  kind: 'consent';
  action: 'opt_in' | 'opt_out';
  source: ConsentSource;
  /** Null: consent imported, or withdrawn, without a number. */
  numberHash: string | null;
  version: string | null;
  /** For an import: where the host application says that the consent was given. */
  origin: string | null;
  clientAddress: string | null;
  userAgent: string | null;
  /** For an opt-out: the carrier blocks too. */
  carrier: boolean;
  at: number;
}

/** The person holds this number from now on. Flags are those of the number at the moment of assignment. */
export interface NumberChange {
  kind: 'number';
  number: string;
  numberHash: string;
  verifiedAt: number;
  optedOutAt: number | null;
  carrierOptedOutAt: number | null;
  unusableAt: number | null;
  /** The number that this one replaces. */
  previousHash: string | null;
  /** The host names it: that the previous number is gone is no choice of the person. */
  byHost: boolean;
  at: number;
}

/** The person no longer holds a number: somebody else proved it, or they removed it. */
export interface NumberLostChange {
  kind: 'number_lost';
  source: 'number_moved' | 'number_removed';
  number: string;
  numberHash: string;
  at: number;
}

/** The person's number cannot receive texts. */
export interface UnusableChange {
  kind: 'unusable';
  number: string;
  at: number;
}

/** The person is gone. */
export interface DeletedChange {
  kind: 'deleted';
  at: number;
}

/** A change of the directory that must be projected onto a person's rows. Times are ms. */
export type Change = ConsentChange | NumberChange | NumberLostChange | UnusableChange | DeletedChange;

/** A pending change, a row of `family_updates`. */
export interface FamilyUpdate extends Person {
  /** The order of the directory's changes. */
  seq: number;
  id: string;
  change: Change;
  createdAt: number;
  claimedAt: number | null;
  /** When the person's rows had followed; null: they are still to follow. */
  appliedAt: number | null;
}
