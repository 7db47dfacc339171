type Entry = readonly [status: number, message: string];

/** Twilio's codes that the simulator can answer with, in Twilio's words (twilio.com/docs/api/errors). */
const ENTRIES: Readonly<Record<number, Entry>> = {
  20001: [400, 'Invalid parameter value'],
  20003: [401, 'Authenticate'],
  20004: [405, 'Method not allowed'],
  20009: [409, 'Cannot delete this resource before it is complete'],
  20404: [404, 'The requested resource {detail} was not found'],
  20429: [429, 'Too Many Requests'],
  20500: [500, 'An internal server error has occurred'],
  20503: [503, 'Service is temporarily unavailable'],
  14107: [400, 'Message rate limit exceeded: reply loop'],
  21211: [400, "Invalid 'To' Phone Number: {detail}"],
  21212: [400, 'Invalid From Number (caller ID): {detail}'],
  21266: [400, "'To' and 'From' number cannot be the same: {detail}"],
  21408: [
    400,
    "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {detail}",
  ],
  21602: [400, 'Message body is required.'],
  21603: [400, "A 'From' phone number is required."],
  21604: [400, "A 'To' phone number is required."],
  21606: [
    400,
    "The 'From' phone number {detail} is not a valid, SMS-capable inbound phone number or short code for your account.",
  ],
  21608: [
    400,
    'The number {detail} is unverified. Trial accounts cannot send messages to unverified numbers',
  ],
  21609: [400, "The 'StatusCallback' URL {detail} is not a valid URL."],
  21610: [400, 'Attempt to send to unsubscribed recipient'],
  21611: [400, "This 'From' number has exceeded the maximum number of queued messages"],
  21612: [
    400,
    "Message cannot be sent with the current combination of 'To' ({detail}) and/or 'From' parameters",
  ],
  21614: [400, "'To' number {detail} is not a valid mobile number"],
  21617: [400, 'The concatenated message body exceeds the 1600 character limit'],
  21624: [400, 'Invalid validity period value'],
  21635: [400, "'To' number {detail} is a landline"],
  21703: [400, 'The Messaging Service contains no phone numbers'],
  21704: [400, 'The Messaging Service contains no senders'],
  21705: [400, 'The Messaging Service Sid {detail} is invalid'],
  30001: [429, 'Queue overflow'],
  30002: [401, 'Account suspended'],
  30022: [429, 'US A2P 10DLC - Rate Limits Exceeded'],
  30400: [400, 'Parameters are not valid'],
};

/** Words for the codes that come later, in a receipt (twilio.com/docs/api/errors). */
const RECEIPT_WORDS: Readonly<Record<number, string>> = {
  21610: 'Attempt to send to unsubscribed recipient',
  30001: 'Queue overflow',
  30002: 'Account suspended',
  30003: 'Unreachable destination handset',
  30004: 'Message blocked',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30007: 'Message filtered',
  30008: 'Unknown error',
  30010: 'Message price exceeds max price',
  30022: 'US A2P 10DLC - Rate Limits Exceeded',
  30023: 'US A2P 10DLC - Daily Message Cap Reached',
  30032: 'Toll-Free Number Has Not Been Verified',
  30034: 'US A2P 10DLC - Message from an Unregistered Number',
  30036: 'Validity Period Expired',
  30047: 'Failed to schedule message for a compliant time window',
  30410: 'Provider Timeout Error',
  30450: 'Message delivery blocked',
};

/** An answer that refuses: HTTP status and Twilio's JSON error body. */
export type TwilioError = {
  status: number;
  body: { code: number; message: string; more_info: string; status: number };
};

/** Twilio's refusal for a code; codes it does not know get status 400. `detail` fills the place in the words. */
export function twilioError(code: number, detail = ''): TwilioError {
  const [status, words] = ENTRIES[code] ?? [400, RECEIPT_WORDS[code] ?? `Error ${code}`];
  const message = words.replace('{detail}', detail);
  return {
    status,
    body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
  };
}

/** The words of an error that a receipt or a message carries, or null for an unknown code. */
export function errorWords(code: number): string | null {
  return RECEIPT_WORDS[code] ?? ENTRIES[code]?.[1].replace(' {detail}', '').replace(': {detail}', '') ?? null;
}
