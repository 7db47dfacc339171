/** What the triggers of a store say of a family that may not be written there (migration `fences`). */
export const FENCE_MESSAGE = 'family_moving';

/** Whether a statement was refused because its family moves, or has moved. */
export const isFenced = (error: unknown): boolean =>
  error instanceof Error && error.message.includes(FENCE_MESSAGE);
