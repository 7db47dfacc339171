import * as z from 'zod';
import { id, instant, namedSchema, timestamp } from '../../platform/http/validation.ts';
import { isTimeZone } from '../../platform/time.ts';
import { consentVersion } from '../request-schemas.ts';

const zoneSource = z.enum(['person', 'family', 'number', 'country', 'unknown']);
const minute = z.int().min(0).max(1440);
const mute = z
  .union([z.boolean(), instant, z.null()])
  .describe('true: for good; a time: until then; null or false: not any more');

/** What `PATCH /api/preferences` takes: absent fields keep what is there. */
export const preferencesPatch = z.strictObject({
  smsEnabled: z.boolean().optional(),
  consentVersion: consentVersion
    .optional()
    .describe('Version of the wording that was shown with `smsEnabled: true`'),
  urgentAllowed: z.boolean().optional(),
  quietStart: minute.nullable().optional().describe('Minutes of the day; 1440 only as an end'),
  quietEnd: minute.nullable().optional(),
  timeZone: z
    .string()
    .max(100)
    .refine(isTimeZone, 'should be an IANA time zone such as America/New_York')
    .nullable()
    .optional()
    .describe("null: the family's, or else what the number tells"),
  timeZoneSource: zoneSource
    .optional()
    .describe('As it was read: the `timeZone` that was read with it is then not made the person’s own'),
  timeZones: z
    .array(z.string().min(1).max(100))
    .max(500)
    .optional()
    .describe('As it was read; changes nothing'),
  quietDelivery: z.enum(['defer', 'drop']).optional(),
  preview: z.enum(['full', 'sender', 'none']).optional(),
  perThreadMute: z.record(id, mute).optional(),
});

/** See {@link preferencesPatch}. */
export type PreferencesPatch = z.output<typeof preferencesPatch>;

/** What `GET /api/preferences` answers. */
export const preferencesAnswer = namedSchema('Preferences', () =>
  z.object({
    smsEnabled: z.boolean(),
    urgentAllowed: z.boolean(),
    quietStart: minute.nullable(),
    quietEnd: minute.nullable(),
    timeZone: z.string().describe('The zone that counts for quiet hours; the first of `timeZones`'),
    timeZoneSource: zoneSource.describe(
      'What it is known from: the person, the family, the area code or the country of the number',
    ),
    timeZones: z
      .array(z.string())
      .describe('Every zone in which the person may be: it is quiet when it is quiet in one of them'),
    quietDelivery: z.enum(['defer', 'drop']),
    preview: z.enum(['full', 'sender', 'none']),
    perThreadMute: z.record(z.string(), z.union([z.literal(true), timestamp])),
  }),
);

/** A person's preferences, as the API writes them. */
export type Preferences = z.output<ReturnType<typeof preferencesAnswer>>;

/** What is wrong with a pair of quiet times after a patch; null when it is valid. */
export function quietTimesProblem(start: number | null, end: number | null): string | null {
  if ((start === null) !== (end === null)) return 'needs a start and an end, or neither (null)';
  if (start === null) return null;
  if (start === 1440) return '1440 stands only as an end; midnight as a start is 0';
  if (start === end) return 'start and end should differ';
  return null;
}
