/**
 * What people agree to, by version: the ledger keeps the version with every opt-in, so a wording that was ever
 * shown is never changed or removed; a new one is added and made the current one.
 *
 * Each says what CTIA's Messaging Principles (5.1) and the A2P 10DLC registration ask of a call to action:
 * who texts, what about, frequency, rates, STOP and HELP, that it is no condition, and where terms and privacy
 * policy are (as the paths `/terms` and `/privacy`, for the page to link).
 */
export const CONSENT_WORDINGS: Readonly<Record<string, (brand: string) => string>> = {
  '2026-11-22': (brand) =>
    `Text me when I miss messages: I agree to receive automated text messages from ${brand} at my verified ` +
    "phone number, about new messages in my family's chat. Message frequency varies. Msg & data rates may " +
    'apply. Reply STOP to opt out, HELP for help. Consent is not a condition of using the chat or of any ' +
    'purchase. See our Terms (/terms) and Privacy Policy (/privacy).',
};

const CURRENT = '2026-11-22';

/** The wording to show beside the box, which is never ticked beforehand, and to record with the opt-in. */
export function currentWording({ brand }: { brand: string }): { version: string; text: string } {
  return { version: CURRENT, text: wordingText(CURRENT, { brand }) ?? '' };
}

/** Whether a version, which a client may have sent, is one of ours. */
export function isKnownVersion(version: string): boolean {
  return Object.hasOwn(CONSENT_WORDINGS, version);
}

/** What somebody agreed to with this version; null when it is not one of ours (a host's own, imported). */
export function wordingText(version: string, { brand }: { brand: string }): string | null {
  return isKnownVersion(version) ? (CONSENT_WORDINGS[version]?.(brand) ?? null) : null;
}
