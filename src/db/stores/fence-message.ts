/** What the triggers of a store say of a family that may not be written there (migration `fences`). */
export const FENCE_MESSAGE = 'family_moving';

/** In these states of its fence nobody but the mover writes a family's rows in a store. */
export const CLOSED_STATES = ['clearing', 'incoming', 'frozen', 'moved'] as const;

/** Whether a statement was refused because its family moves, or has moved. */
export const isFenced = (error: unknown): boolean =>
  error instanceof Error && error.message.includes(FENCE_MESSAGE);
