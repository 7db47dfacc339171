import { brandedText, cutGsm7, gsm7Line } from '../platform/sms/one-segment.ts';

/** Max. septets of a support contact that leave room for the rest of the text. */
const CONTACT_ROOM = 80;

/**
 * The one confirmation after a first opt-in, as CTIA's Messaging Principles (5.1.2.1) and A2P 10DLC campaigns
 * ask for it: brand, what for, frequency, rates, HELP, STOP.
 */
export function optInConfirmation({ brand }: { brand: string }): string {
  return brandedText(brand, [
    ": you're signed up for family chat alerts. Msg frequency varies. Msg & data rates may apply. Reply HELP for help, STOP to opt out.",
    ': family chat alerts on. Msg frequency varies. Msg & data rates may apply. HELP for help, STOP to opt out.',
  ]);
}

/** Our answer to STOP, where Twilio does not give its own: opted out, and how to resume. */
export function optOutReply({ brand }: { brand: string }): string {
  return brandedText(brand, [
    ': you have opted out and will get no more texts from us. Reply START to get them again.',
  ]);
}

/** Our answer to START, where Twilio does not give its own. `again`: they had been stopped. */
export function optInReply({ brand, again = true }: { brand: string; again?: boolean }): string {
  return brandedText(brand, [
    `: you get family chat alerts${again ? ' again' : ''}. Msg frequency varies. Msg & data rates may apply. Reply HELP for help, STOP to opt out.`,
    `: family chat alerts on${again ? ' again' : ''}. Msg frequency varies. Msg & data rates may apply. HELP for help, STOP to opt out.`,
  ]);
}

/**
 * Our answer to HELP, where Twilio does not give its own: the brand, whom to ask, how to stop. Frequency and
 * rates make way for a long contact or address, then the address for the contact, then the contact for the
 * address; neither is cut as long as one of them fits.
 *
 * @param supportContact - a phone number, an email address or a name (`SUPPORT_CONTACT`)
 * @param helpUrl - the whole address of the help page
 */
export function helpReply({
  brand,
  supportContact,
  helpUrl,
}: {
  brand: string;
  supportContact: string;
  helpUrl: string;
}): string {
  const contact = gsm7Line(supportContact);
  const url = gsm7Line(helpUrl);
  const both = contact === '' ? url : `${contact} or ${url}`;
  const stop = 'Reply STOP to opt out.';
  return brandedText(brand, [
    `: family chat alerts. Help: ${both} Msg frequency varies. Msg & data rates may apply. ${stop}`,
    `: family chat alerts. Help: ${both} Msg & data rates may apply. ${stop}`,
    `: family chat alerts. Help: ${both} ${stop}`,
    `: Help: ${both} ${stop}`,
    ...(contact === '' ? [] : [`: Help: ${contact} ${stop}`]),
    `: Help: ${url} ${stop}`,
    `: Help: ${cutGsm7(contact || url, CONTACT_ROOM)} ${stop}`,
  ]);
}

/**
 * The one confirmation of an opt-out in plain language, which Twilio does not know and so does not answer. It
 * only confirms, as 47 CFR 64.1200(a)(12) demands, and is to leave within five minutes.
 */
export function plainOptOutConfirmation({ brand }: { brand: string }): string {
  return brandedText(brand, [
    ': you asked us to stop, so you will get no more texts from us. Reply START to get them again.',
  ]);
}
