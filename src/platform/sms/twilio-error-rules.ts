import type { ErrorRow } from './twilio-errors.ts';

/**
 * What Twilio's codes mean for one text of ours: every code of the error dictionary that can name the fate of a
 * message, as an answer of `POST Messages` or as the `ErrorCode` of a receipt.
 *
 * Source: twilio.com/docs/api/errors, the dictionary as of February 2025 (its JSON) and the pages of single codes as
 * of November 2026. "Never handed on" is taken from those pages: only then is a receipt's text sent again. Codes that
 * are about something else (calls, webhooks, registration, bulk uploads, chat) are in {@link ELSEWHERE}.
 */

/** Ours to mend: the request itself. No setting changes it, and no other text is touched. */
const bug = (about: string): ErrorRow => ({
  about,
  answer: 'permanent',
  receipt: 'final',
  todo: 'This is a fault of the service: report it.',
});

/** An operator's to mend; texts wait for it. */
const sender = (about: string, todo: string): ErrorRow => ({
  about,
  answer: 'operator',
  receipt: 'final',
  alert: 'twilio_sender',
  todo,
});

const credentials = (about: string, todo: string): ErrorRow => ({
  about,
  answer: 'operator',
  receipt: 'hold',
  alert: 'twilio_credentials',
  todo,
});

const ACCESS = 'Check TWILIO_API_BASE, TWILIO_SID, TWILIO_AUTH and the permissions of the API key.';
const platform = (about: string) => credentials(about, ACCESS);

const SENDER_FAULT = 'TWILIO_FROM is not a number of this account that can text: choose one that is.';
const REGISTER = 'Finish the registration of the sender in Twilio’s console.';

/** The number itself can receive no text. */
const noPhone = (about: string): ErrorRow => ({
  about,
  answer: 'permanent',
  receipt: 'final',
  number: 'unusable',
  cause: 'your number cannot receive texts',
  todo: 'Nothing: the person is asked to verify another number.',
});

const filtered = (about: string, todo: string): ErrorRow => ({
  about,
  answer: 'permanent',
  receipt: 'final',
  alert: 'twilio_filtered',
  cause: 'your phone company blocked it',
  todo,
});

const flagged = (about: string): ErrorRow => ({
  about,
  answer: 'permanent',
  receipt: 'final',
  alert: 'twilio_flagged',
  todo: 'Ask Twilio’s support when it happens repeatedly.',
});

/** A limit of the sender or account; what was refused was never handed on. */
const limit = (about: string, receipt: 'again' | 'next_day', todo: string): ErrorRow => ({
  about,
  answer: 'retry',
  receipt,
  pausesSender: receipt === 'again',
  alert: 'twilio_limits',
  todo,
});

const FASTER =
  'Nothing, unless it lasts: then add senders, or set SMS_PER_SECOND to what the sender may take.';
const MORE_A_DAY =
  'Nothing, unless it happens often: then raise the daily limit with Twilio, or add senders.';

/** Refused or lost on the way, for a reason that passes, before any carrier had it. */
const passing = (about: string): ErrorRow => ({
  about,
  answer: 'retry',
  receipt: 'again',
  todo: 'Nothing, unless it lasts: then see status.twilio.com.',
});

/** Twilio or the carrier does not know itself: it may have been delivered. */
const ended = (about: string): ErrorRow => ({
  about,
  answer: 'permanent',
  receipt: 'final',
  todo: 'Nothing, unless it happens often: then ask Twilio’s support.',
});

const onceMore = (about: string, cause?: string): ErrorRow => ({
  about,
  answer: 'permanent',
  receipt: 'once_more',
  ...(cause ? { cause } : {}),
  todo: 'Nothing, unless it happens to many: then see status.twilio.com.',
});

const optedOut = (about: string): ErrorRow => ({
  about,
  answer: 'opted_out',
  receipt: 'opted_out',
  todo: 'Nothing: only the recipient can undo it, by START.',
});

const doubtful = (about: string): ErrorRow => ({
  about,
  answer: 'ambiguous',
  receipt: 'once_more',
  todo: 'Nothing, unless it lasts: then see status.twilio.com.',
});

export const ROWS: Readonly<Record<number, ErrorRow>> = {
  // The platform.
  10001: credentials('The account is not active.', 'See Twilio’s console.'),
  20001: platform('A parameter of the request is unknown.'),
  20002: platform('A name in the request is invalid.'),
  20003: credentials('The credentials are wrong.', 'Check TWILIO_SID and TWILIO_AUTH (or the API key).'),
  20004: platform('The method is not allowed.'),
  20005: credentials('The account is not active.', 'The account is suspended or closed; see its console.'),
  20006: platform('Access was denied.'),
  20008: platform('Test credentials cannot do this.'),
  20010: platform('The action is disabled for the account.'),
  20011: platform('The connection’s TLS version is refused.'),
  20012: platform('The connection’s ciphers are refused.'),
  20101: platform('The access token is invalid.'),
  20104: platform('The access token has expired.'),
  20107: platform('The access token’s signature is invalid.'),
  20151: platform('Authentication failed.'),
  20403: platform('Access is forbidden.'),
  20404: platform('The address does not exist: a wrong account, or a wrong base.'),
  20409: doubtful('The request conflicts with another one.'),
  20410: platform('What was asked for is gone.'),
  20413: bug('The request is too large.'),
  20422: platform('A parameter of the request is invalid.'),
  20423: platform('A SID in the request is invalid.'),
  20426: platform('The connection’s protocol is refused.'),
  20429: {
    ...passing('Too many requests at once.'),
    pausesSender: true,
    alert: 'twilio_limits',
    todo: FASTER,
  },
  20500: doubtful('Twilio failed.'),
  20503: doubtful('Twilio was unavailable.'),
  20504: doubtful('Twilio failed inside.'),

  // The recipient, as the request named them.
  21211: noPhone('The number is not valid.'),
  21214: { ...ended('The number cannot be reached.'), cause: 'your number cannot be reached' },
  21217: noPhone('The number does not appear to be valid.'),
  21265: noPhone('The number is a short code.'),
  21266: noPhone('The number is the sender’s own.'),
  21268: noPhone('The number is a premium or information service.'),
  21401: noPhone('The number is invalid.'),
  21408: {
    about: 'Texts to this country are not permitted.',
    answer: 'permanent',
    receipt: 'final',
    cause: 'we may not text your country',
    todo: 'Allow the country in Twilio’s geo permissions, or take it off SMS_ALLOWED_COUNTRIES.',
  },
  21421: noPhone('The number is invalid.'),
  21612: ended('There is no route from this sender to this number.'),
  21614: noPhone('The number is not a mobile one.'),
  21635: noPhone('The number is a landline.'),

  // The sender.
  21210: sender('The sender is not verified.', SENDER_FAULT),
  21212: sender('The sender is invalid.', SENDER_FAULT),
  21219: sender('A trial account texts verified numbers only.', 'Upgrade the account.'),
  21264: sender('The sender is not verified.', SENDER_FAULT),
  21267: sender(
    'A trial account has no alphanumeric sender.',
    'Upgrade the account, or set TWILIO_FROM to a number.',
  ),
  21601: sender('The sender cannot receive texts.', SENDER_FAULT),
  21603: sender('No sender was named.', 'Set TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID.'),
  21606: sender('The sender cannot text this destination.', SENDER_FAULT),
  21607: sender('A trial account must use its sandbox number.', 'Upgrade the account.'),
  21608: sender('A trial account texts verified numbers only.', 'Upgrade the account.'),
  21613: sender('The sender needs a certification.', REGISTER),
  21616: sender('The sender matches several numbers.', 'Write TWILIO_FROM in E.164.'),
  21657: sender('The sender id is invalid.', SENDER_FAULT),
  // Split off from 21606 in July 2024 (Twilio's changelog).
  21659: sender('The sender is no Twilio number, or a short code of another country.', SENDER_FAULT),
  21660: sender('The sender belongs to another account.', SENDER_FAULT),
  21661: sender('The sender cannot text.', SENDER_FAULT),
  21701: sender('The messaging service does not exist.', 'Check TWILIO_MESSAGING_SERVICE_SID.'),
  21702: sender('The messaging service cannot send now.', 'See the service in Twilio’s console.'),
  21703: sender('The messaging service has no sender that can text this.', 'Add one to it.'),
  21704: sender('The messaging service has no sender.', 'Add one to it.'),
  21705: sender('The messaging service is invalid.', 'Check TWILIO_MESSAGING_SERVICE_SID.'),
  21708: sender('An alphanumeric sender is missing.', 'See the messaging service’s senders.'),
  21709: sender('The alphanumeric sender is not authorized.', 'See the messaging service’s senders.'),
  21711: sender(
    'The sender does not belong to the messaging service.',
    'Check TWILIO_MESSAGING_SERVICE_SID.',
  ),
  21715: sender('The sender lacks a capability.', SENDER_FAULT),
  21733: sender('There is no default messaging service.', 'Set TWILIO_MESSAGING_SERVICE_SID.'),
  21910: sender('Sender and recipient are of different channels.', SENDER_FAULT),
  23001: sender(
    'Message redaction does not go with long codes’ STOP handling.',
    'Change it in Twilio’s console.',
  ),
  23002: sender(
    'Message redaction does not go with short codes’ STOP handling.',
    'Change it in Twilio’s console.',
  ),
  23003: sender('Message redaction does not go with sticky senders.', 'Change it in Twilio’s console.'),
  23004: sender('Message redaction does not go with Advanced Opt-Out.', 'Change it in Twilio’s console.'),
  23005: sender(
    'Number redaction does not go with a fallback to long codes.',
    'Change it in Twilio’s console.',
  ),
  23006: sender('Message redaction does not go with GET webhooks.', 'Change the webhooks to POST.'),

  // The request.
  21602: bug('The text has no words.'),
  21604: bug('No recipient was named.'),
  21605: bug('The text is longer than the old endpoint takes.'),
  21609: sender(
    'The address for receipts is refused.',
    'Check PUBLIC_ORIGIN: a public host without underscores.',
  ),
  21617: bug('The text is longer than 1,600 characters.'),
  21618: filtered('The words cannot be sent.', 'See what the brand or the senders’ names contain.'),
  21619: bug('The text has no words.'),
  21620: bug('The media address is invalid.'),
  21621: bug('The sender takes no media.'),
  21622: bug('The account takes no media.'),
  21623: bug('There are too many media.'),
  21624: bug('The validity period is invalid.'),
  21626: bug('The receipts asked for are invalid.'),
  21627: bug('The maximum price is invalid.'),
  21652: bug('The subject is too long.'),
  21653: bug('There are too many recipients.'),
  21654: bug('A content id is missing.'),
  21655: bug('The content id is invalid.'),
  21656: bug('The content variables are invalid.'),
  21658: bug('A parameter is too long.'),
  21664: bug('A fallback sender does not go with a named sender.'),
  21665: bug('The fallback sender is invalid.'),
  21666: bug('A fallback sender needs a messaging service.'),
  21667: bug('A fallback sender needs an RCS sender.'),
  21900: bug('The DLT entity id is invalid.'),
  21901: bug('The DLT template id is invalid.'),
  21902: bug('The invoice tag is too long.'),
  30012: bug('The time to live is too small.'),
  30013: bug('The time to live is too big.'),
  30014: bug('The recipient’s attributes are invalid.'),
  30015: sender('The channel is not supported.', SENDER_FAULT),
  30016: sender('Sender and recipient are of different channels.', SENDER_FAULT),
  30028: bug('The API version is invalid.'),
  30029: bug('The content retention is invalid.'),
  30030: bug('The address retention is invalid.'),
  30031: bug('The maximum rate is invalid.'),
  30124: bug('The messaging service is empty.'),
  30400: bug('A parameter is invalid.'),
  35111: bug('The time to send is missing.'),
  35114: bug('The time to send is invalid.'),
  35115: bug('The time to send is invalid.'),
  35117: bug('The time to send is invalid.'),
  35118: bug('Scheduling needs a messaging service.'),
  35125: limit('The account has too many scheduled texts.', 'again', FASTER),
  35126: bug('The kind of schedule is not supported.'),
  90007: bug('The validity period is invalid.'),
  90014: bug('The validity period is invalid.'),
  92002: bug('There are too many variables.'),
  92005: bug('A content id is missing.'),
  92006: bug('The content id is invalid.'),
  92007: bug('The content variables are invalid.'),
  92008: bug('The content type is not supported.'),
  216602: bug('The content type is not supported on this channel.'),

  // Consent.
  21610: optedOut('The recipient said STOP to the carrier.'),
  30630: optedOut('The recipient’s consent is withdrawn at Twilio.'),
  63014: optedOut('The recipient blocked the sender.'),
  63033: optedOut('The recipient opted out of the channel.'),

  // Rates, queues, hours.
  14107: ended('A reply loop with this number; texting it was stopped.'),
  21611: limit('The sender’s queue is full.', 'again', FASTER),
  21730: passing('Twilio is under maintenance.'),
  30001: limit('The queue overflowed before the text left it.', 'again', FASTER),
  30017: passing('The carrier is congested and did not take it.'),
  30020: passing('Twilio’s scheduling failed.'),
  30021: passing('Twilio’s messaging service failed.'),
  30022: limit('The registered rate was exceeded.', 'again', FASTER),
  30023: limit('The registered daily limit was reached.', 'next_day', MORE_A_DAY),
  30027: limit('T-Mobile’s daily limit was reached.', 'next_day', MORE_A_DAY),
  30036: {
    about: 'The text waited at Twilio until its validity was over, and was not handed on.',
    answer: 'retry',
    receipt: 'again',
    pausesSender: true,
    alert: 'twilio_limits',
    todo: FASTER,
  },
  30047: {
    about: 'Twilio’s quiet hours could not keep the text until morning, and it was not handed on.',
    answer: 'retry',
    receipt: 'morning',
    todo: 'Nothing, unless it lasts: then see Compliance Toolkit in Twilio’s console.',
  },
  30610: {
    about: 'Local rules allow no text at this hour; it was not handed on.',
    answer: 'retry',
    receipt: 'morning',
    todo: 'Set SMS_HOUSE_HOURS if it happens often.',
  },
  30454: limit('The account’s limit of messages was reached.', 'next_day', MORE_A_DAY),
  60728: limit('The account’s hourly limit was reached.', 'again', MORE_A_DAY),
  63017: limit('The account’s rate was exceeded.', 'again', FASTER),
  63018: limit('The channel’s rate was exceeded.', 'again', FASTER),
  63038: limit('The account’s limit of 24 hours was reached.', 'next_day', MORE_A_DAY),

  // What became of it at the carrier.
  30002: credentials(
    'The account was suspended before the text left.',
    'The account is suspended; see its console.',
  ),
  30003: onceMore('The handset was unreachable.', 'it was switched off or out of reach'),
  30004: filtered(
    'The recipient or the carrier blocked it.',
    'Nothing, unless it happens to many: then check registration and wording.',
  ),
  30005: {
    about: 'The handset is unknown.',
    answer: 'permanent',
    receipt: 'final',
    number: 'strike',
    cause: 'your number cannot receive texts',
    todo: 'Nothing: the second time the person is asked to verify another number.',
  },
  30006: noPhone('The number is a landline, or its carrier cannot be reached.'),
  30007: filtered('It was filtered as spam.', 'Check registration and wording.'),
  30008: onceMore('The carrier gave no reason.'),
  30009: ended('A part of an inbound text is missing.'),
  30010: ended('The price was above the maximum.'),
  30011: ended('Media are not supported there.'),
  30018: sender('The destination wants the sender id registered first.', REGISTER),
  30019: ended('The content is too large for the carrier.'),
  30024: sender('The numeric sender is not provisioned at the carrier.', REGISTER),
  30032: sender('The toll-free number is not verified.', 'Verify it in Twilio’s console.'),
  30033: sender('The 10DLC campaign is suspended.', 'See the campaign in Twilio’s console.'),
  30034: sender('The number is not registered for A2P 10DLC.', 'Register it in Twilio’s console.'),
  30035: {
    ...sender(
      'The number is still being registered for A2P 10DLC.',
      'Nothing, unless it lasts longer than a day.',
    ),
    receipt: 'hold',
  },
  30037: { ...sender('The account may not send.', 'See Twilio’s console.'), receipt: 'hold' },
  30038: filtered('It was filtered because of a one-time code.', 'Check registration and wording.'),
  30039: ended('It was stopped as a loop of messages.'),
  30040: sender('The destination wants the sender id registered first.', REGISTER),
  30041: sender('An unregistered number cannot text the United Kingdom.', REGISTER),
  30042: sender('The sender id is blocked as generic.', SENDER_FAULT),
  30043: sender('The domestic gateway does not take international texts.', SENDER_FAULT),
  30044: sender('A trial account’s texts must be short.', 'Upgrade the account.'),
  30125: sender('The number could not be registered for A2P 10DLC.', REGISTER),
  30126: sender('The number could not be registered for A2P 10DLC.', REGISTER),
  30410: flagged('The provider timed out; it may have arrived.'),
  30450: flagged('It was blocked as suspected fraud.'),
  30453: flagged('It was blocked on suspicion.'),
  30485: flagged('It could not be delivered.'),
  30500: onceMore('Twilio failed inside.'),
  30615: flagged('It could not be delivered because of local rules.'),
  30620: flagged('It could not be delivered because of local rules.'),

  // Channels above SMS (RCS; Twilio itself falls back to SMS where a sender for it exists).
  63001: credentials('The channel refused the account.', 'See the sender in Twilio’s console.'),
  63002: sender('The channel does not know the sender.', SENDER_FAULT),
  63003: ended('The channel does not know the recipient.'),
  63005: filtered('The channel refused the content.', 'Check registration and wording.'),
  63006: ended('The channel cannot carry the content.'),
  63007: sender('There is no such sender on the channel.', SENDER_FAULT),
  63008: sender('The channel is misconfigured.', 'See the sender in Twilio’s console.'),
  63009: doubtful('The channel’s provider failed.'),
  63010: doubtful('Twilio failed inside.'),
  63011: ended('The channel took the request for invalid.'),
  63012: doubtful('The channel’s provider failed.'),
  63013: filtered('The channel’s policy forbids it.', 'Check registration and wording.'),
  63015: sender('The sandbox texts only those who joined it.', 'Use a sender of your own.'),
  63016: ended('The channel’s window for free words is closed.'),
  63019: ended('The media could not be loaded.'),
  63020: sender('The business account has a problem.', 'See the sender in Twilio’s console.'),
  63021: ended('The channel took the content for invalid.'),
  63022: sender('The sender’s certificate is invalid.', 'See the sender in Twilio’s console.'),
  63023: ended('The channel gave no reason.'),
  63024: ended('The channel took the recipient for invalid.'),
  63025: ended('The media exist already.'),
  63026: filtered('The sender was flagged as spam.', 'Check registration and wording.'),
  63027: ended('The template does not exist in this language.'),
  63028: ended('The template’s parameters do not fit.'),
  63029: ended('The recipient could not load the template.'),
  63030: ended('A parameter does not go with the channel.'),
  63031: noPhone('The number is the sender’s own.'),
  63032: ended('The channel limits texts to this person.'),
  63034: ended('The media are too large.'),
  63035: sender(
    'The RCS sender is not launched, or not in this region.',
    'See the sender in Twilio’s console.',
  ),
  63036: onceMore('The number cannot be reached by RCS at this time.', 'it was switched off or out of reach'),
  63037: ended('The media could not be uploaded.'),
  63039: filtered('The channel warns of too many texts.', 'Check registration and wording.'),
  63040: ended('The template was rejected.'),
  63041: ended('The template is paused.'),
  63042: ended('The template is disabled.'),
  63049: ended('The channel chose not to deliver it.'),
  63051: sender('The business account is locked.', 'See the sender in Twilio’s console.'),
  63052: ended('The template is outdated.'),
  11751: ended('The media are too large for the provider.'),
};

/** Ranges of codes that never say what became of a text, and what they are about; looked at after {@link ROWS}. */
export const ELSEWHERE: readonly (readonly [first: number, last: number, about: string])[] = [
  [10000, 10999, 'an incoming call or the account'],
  [11000, 11999, 'a webhook that Twilio could not call'],
  [12000, 14999, 'TwiML that a webhook answered'],
  [21100, 21599, 'accounts, calls or numbers'],
  [21625, 21651, 'buying and registering numbers'],
  [21706, 21799, 'the set-up of a messaging service, brand or campaign'],
  [22000, 22999, 'regulatory documents'],
  [30025, 30026, 'how much of a day’s limit is used'],
  [30100, 30136, 'link shortening'],
  [30404, 30409, 'cancelling a text'],
  [30411, 30449, 'the verification of a toll-free number'],
  [30451, 30484, 'the verification of a toll-free number'],
  [30646, 30999, 'registration of brands, campaigns and toll-free numbers'],
  [35000, 36999, 'bulk and scheduled sending'],
  [57000, 57999, 'partners’ events'],
  [60000, 60999, 'Verify and Lookup'],
  [63043, 63048, 'templates'],
  [90000, 92999, 'content and event streams'],
];
