/** One recipient of a message, as its author may know. */
export interface ToldEntry {
  name: string;
  told: boolean;
  read: boolean;
  /** Follows the name. */
  explanation: string;
}

/** What the author sees at a glance under a message of theirs. */
export interface ToldSummary {
  /** Parts of a line, such as `Read by` Maya and Leo, or Sam `will see it later`. */
  parts: { before: string; names: string[]; after: string }[];
  /** `soon`: a text is on its way. `later`: somebody may still be told. Null: nothing will change but by reading. */
  open: 'soon' | 'later' | null;
}

/**
 * Sums up who knows of a message: `Read by Maya · Texted Leo · Sam will see it later`.
 * @returns null where nobody else was there to be told
 */
export function summarizeTold(told: readonly ToldEntry[]): ToldSummary | null {
  if (told.length === 0) return null;
  const names = (which: (entry: ToldEntry) => boolean) => told.filter(which).map(({ name }) => name);
  const telling = (entry: ToldEntry) => !entry.told && entry.explanation.startsWith('is being told');
  const read = names((entry) => entry.read);
  const texted = names((entry) => entry.told && !entry.read);
  const onTheWay = names(telling);
  const later = names((entry) => !entry.told && !entry.read && !telling(entry));
  const parts = [
    { before: 'Read by ', names: read, after: '' },
    { before: 'Texted ', names: texted, after: '' },
    { before: 'Texting ', names: onTheWay, after: '' },
    { before: '', names: later, after: ' will see it later' },
  ].filter((part) => part.names.length > 0);
  const open = onTheWay.length > 0 ? 'soon' : later.length > 0 ? 'later' : null;
  return { parts, open };
}
