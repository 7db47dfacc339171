/** What a tab keeps through reloads and signing in again, and forgets when it is closed. */
export function readTab(name: string): string {
  try {
    return sessionStorage.getItem(name) ?? '';
  } catch {
    return ''; // Storage is forbidden here; the page itself still has what it holds.
  }
}

/** See {@link readTab}; nothing is kept of an empty value. */
export function writeTab(name: string, value: string): void {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch {
    // As above.
  }
}

/** A message on its way. */
export interface Draft {
  /** Idempotency-Key: however often it is sent, it is one message. */
  key: string;
  body: string;
  fileIds: string[];
  urgent: boolean;
}

/** One person's words for one thread that are not sent yet, kept by the tab so that a reload loses nothing. */
export class DraftStore {
  readonly #name: string;

  constructor(userId: string, threadId: string) {
    this.#name = `${userId}:${threadId}`;
  }

  /** Messages on their way. */
  read(): Draft[] {
    const list: unknown = JSON.parse(readTab(`fcs-outbox:${this.#name}`) || '[]');
    return Array.isArray(list) ? (list as Draft[]) : [];
  }

  write(drafts: readonly Draft[]): void {
    writeTab(`fcs-outbox:${this.#name}`, drafts.length > 0 ? JSON.stringify(drafts) : '');
  }

  /** What is being written. */
  get typed(): string {
    return readTab(`fcs-typed:${this.#name}`);
  }

  set typed(words: string) {
    writeTab(`fcs-typed:${this.#name}`, words);
  }
}
