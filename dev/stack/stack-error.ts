/** Something a person can put right, told in one sentence; shown without a stack trace. */
export class StackError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StackError';
  }
}

/** The first line of whatever was thrown. */
export const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!.trim();
