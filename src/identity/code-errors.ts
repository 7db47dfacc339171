import { AppError } from '../platform/errors.ts';
import type { GuessResult } from './one-time-code.ts';

/** What to tell about a guess that did not match. */
export function guessError(guess: Exclude<GuessResult, { result: 'match' }>): AppError {
  if (guess.result === 'no_code') return new AppError('no_code', 'Ask for a code first.');
  if (guess.result === 'expired') return new AppError('expired', 'This code has expired; ask for a new one.');
  const { attemptsLeft } = guess;
  const message =
    attemptsLeft > 0 ? 'This is not the code that was sent.' : 'Too many wrong codes; ask for a new one.';
  return new AppError('invalid', message, { fields: { attemptsLeft } });
}
