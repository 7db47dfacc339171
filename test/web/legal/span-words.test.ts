import { expect, it } from 'vitest';
import { spanWords } from '../../../src/web/number-words.ts';

it.each([
  [1, '1 second'],
  [90, '90 seconds'],
  [300, '5 minutes'],
  [3600, '1 hour'],
  [129_600, '36 hours'],
  [604_800, '7 days'],
  [34_560_000, '400 days'],
  [31_536_000, '1 year'],
  [0.5, '0.5 seconds'],
])('%d s are %s', (seconds, words) => expect(spanWords(seconds)).toBe(words));
