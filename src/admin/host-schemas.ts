import * as z from 'zod';
import { preferencesPatch } from '../identity/preferences/preferences-schema.ts';
import { instant, line } from '../platform/http/validation.ts';

/** Consent that the host has recorded. */
export const recordedConsent = z.object({
  at: instant.describe('When it was given'),
  source: line(60).describe('Where, in your words'),
  version: line(60).describe('Of the wording that was shown'),
});

/** A person's preferences as the host changes them. */
export const hostPreferences = preferencesPatch
  .omit({ consentVersion: true })
  .extend({ consent: recordedConsent.optional().describe('Needed with `smsEnabled: true`') });
