/** What a keyword asks for. */
export type Keyword = 'STOP' | 'START' | 'HELP';

/** Twilio's default keywords for long codes and Messaging Services (Twilio's "Support for opt-out keywords"). */
const KEYWORDS: Readonly<Record<Keyword, readonly string[]>> = {
  STOP: ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'],
  START: ['START', 'YES', 'UNSTOP'],
  HELP: ['HELP', 'INFO'],
};

/** Twilio's own answers, word for word (the same page). */
export const TWILIO_ANSWERS: Readonly<Record<Keyword, string>> = {
  STOP: 'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
  START:
    'You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
  HELP: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
};

/** The keyword that a text is, as a whole and in any case; "STOP please" is none, as with Twilio. */
export function keywordOf(body: string): Keyword | null {
  const word = body.trim().toUpperCase();
  for (const keyword of ['STOP', 'START', 'HELP'] as const) {
    if (KEYWORDS[keyword].includes(word)) return keyword;
  }
  return null;
}

/** The block list: pairs of a sender (a number, or the Messaging Service that pools numbers) and a phone. */
export type OptOuts = {
  has: (sender: string, phone: string) => boolean;
  add: (sender: string, phone: string) => void;
  remove: (sender: string, phone: string) => void;
  all: () => { sender: string; phone: string }[];
  clear: () => void;
};

/** Builds an empty block list. */
export function createOptOuts(): OptOuts {
  const pairs = new Map<string, { sender: string; phone: string }>();
  const key = (sender: string, phone: string): string => `${sender} ${phone}`;
  return {
    has: (sender, phone) => pairs.has(key(sender, phone)),
    add: (sender, phone) => {
      pairs.set(key(sender, phone), { sender, phone });
    },
    remove: (sender, phone) => {
      pairs.delete(key(sender, phone));
    },
    all: () => [...pairs.values()],
    clear: () => pairs.clear(),
  };
}
