import type { Language } from './language.ts';

const SWEAR = '(?:(?:fucking|freaking|effing|f ing|damn|goddamn|bloody) )?';
const KIND = 'any|all|all of|these|those|the|your|this|such|more|further|future|other|text|sms|spam|stupid';
const MOD = `(?:(?:${KIND}|annoying|notification|unwanted|anymore|of) )*`;
const TEXTS = `${MOD}${SWEAR}(?:text messages?|texts?|txts?|sms|messages?|msgs?|notifications?|alerts?|communications?)`;
const ME = '(?:me|us|(?:this|my) (?:number|phone number|phone|cell))';
const TEXTING = '(?:texting|txting|messaging|msging|contacting|spamming|text|txt|message|msg|contact)';
const SORT =
  'texting|contact|calling|call|mailing|marketing|distribution|message|messaging|alert|group|text|sms';
/** "The list" alone is left out: in a family it may be the guest list. */
const LIST = `(?:(?:${KIND}|${SORT}) )*(?:(?:your|this|any|these|those|all|${SORT}) (?:lists?|database|system|records)|texts?|sms|messages|alerts)`;
const UNSUBSCRIBE = '(?:un ?subscribe|unsubcribe|unsuscribe|unsubscibe|unsubsribe)';
const WHICH = `(?: (?:from|of|to) (?:${LIST}|${TEXTS}|this|these|all|everything|you))?`;
const WISH = '(?:i (?:want|need|wish|would like|am trying)|id like|im trying|want|need|wish|trying) to';
const QUESTION = '(?:how (?:do|can|would|should) (?:i|we)|how to|can i|may i|could i|let me)';
const NEVER = '(?:dont|do not|dnt|never)';

/** As texted in the United States and Canada, commonest slips and swearing included. */
export const ENGLISH: Language = {
  before: [
    'please|pls|plz|kindly|hi|hello|hey|there|ok|okay|just|so|now|stop|can you|can u|could you',
    'would you|will you|you need to|you must|and|i want you to|i need you to|id like you to',
    'i would like you to|i asked you to|im asking you to|i am asking you to|i told you to',
    'for the last time|seriously|i said',
  ],
  after: [
    'please|pls|plz|thanks|thx|ty|thank you|now|right now|immediately|asap|anymore|any more|any longer',
    'again|ever|at all|forever|already|for good|from now on',
    '(?:at|on|to) (?:this|my) (?:number|phone|cell|cell phone)|ok|okay|sir|maam',
    '(?:this is|im|i am|you have|you have the|its the) (?:harassment|spam|not interested|wrong number)',
    'or (?:ill|i will|im going to) (?:sue|report|block)(?: (?:you|this|this number))?',
    '(?:from|on) (?:you|this number|(?:this|your) (?:app|service|company|list|program))',
  ],
  polite: [
    'please|pls|plz|kindly|thanks|thx|ty|thank you|hi|hello|hey|sir|maam|now|right now|immediately|asap',
    'good morning|good afternoon|good evening|no thanks|no thank you|already|enough|i mean it|i said',
    'i repeat|sorry|for the last time|(?:you have the |youre texting the )?wrong number',
  ],
  asides: [
    'wrong (?:number|person)|not interested|harass\\w*|spam\\w*|scam\\w*|lawyer|attorney|fcc|tcpa',
    'illegal|report (?:you|this)|block(?:ing)? (?:you|this)|sue|never signed up',
    '(?:didnt|did not) sign up|leave me alone|(?:dont|do not) know you|who (?:is|are) (?:this|you)',
  ],
  clear: [
    `${UNSUBSCRIBE} (?:me|us|this number|my (?:number|phone))${WHICH}`,
    `${UNSUBSCRIBE} from (?:${LIST}|${TEXTS}|all|everything)`,
    `(?:${WISH}|${QUESTION}) (?:be )?${UNSUBSCRIBE}d?${WHICH}`,
    `(?:${WISH}|${QUESTION}) (?:opt out|get off|be (?:removed|taken off|opted out))${WHICH}`,
    `(?:${WISH}|${QUESTION}) (?:get|be (?:taken|removed)) (?:off|from) (?:of )?${LIST}`,
    `opt (?:me|us|this number|my number) out${WHICH}`,
    `opt out of (?:${TEXTS}|${LIST}|all|everything|this|these)`,
    `i want off (?:of )?${LIST}`,
    '(?:im opting|i (?:opt|am opting|hereby opt|choose to opt)) out',
    `(?:remove|delete|drop|take|get|erase) (?:me|us|my (?:number|phone|phone number|name|cell)|this (?:number|phone number)) (?:off|off of|from|out of) ${LIST}`,
    `${NEVER} ${SWEAR}(?:ever )?(?:text|txt|message|msg|contact|sms) ${ME} (?:anymore|any more|any longer|again|ever)`,
    `never ${SWEAR}(?:text|txt|message|msg|contact) ${ME}`,
    `(?:(?:i|i hereby|${WISH}) )?(?:revoke|withdraw|rescind|am revoking|am withdrawing) (?:my |all )?(?:consent|permission)(?: to (?:be texted|be contacted|text me|contact me|receive ${TEXTS}|${TEXTS}|${TEXTING} me))?`,
    '(?:my )?consent (?:is )?(?:revoked|withdrawn)',
    '(?:you (?:do not|dont|no longer) have|i (?:do not|dont) give you) (?:my )?(?:permission|consent) to (?:text|contact|message) me',
  ],
  ask: [
    `(?:stop|quit|cease) ${SWEAR}${TEXTING} ${ME}`,
    `(?:stop|quit|cease) ${SWEAR}sending (?:(?:me|us) )?${TEXTS}`,
    `(?:stop|end|cancel|cease|discontinue|halt) ${SWEAR}(?:my )?${TEXTS}`,
    'turn off (?:(?:the |these |my )?(?:texts|text (?:messages|alerts|notifications))|these (?:alerts|notifications|messages))',
    `no more ${TEXTS}`,
    `${NEVER} send (?:(?:me|us) )?(?:another )?${TEXTS}`,
    `enough (?:with |of )?${TEXTS}`,
    `stop (?:(?:it|bothering me) )?with ${TEXTS}`,
    'stop (?:this|the) spam',
    `(?:${WISH}) (?:stop|quit) (?:getting|receiving) (?:these|those|them)`,
    `(?:(?:i|we) )?(?:really )?(?:dont|do not|no longer) (?:want|wish|need|care)(?: to (?:receive|get|be sent|have|see))?(?: from you)? ${TEXTS}`,
    '(?:i )?(?:dont|do not|no longer) (?:want|wish) to be (?:texted|contacted|messaged)',
    `(?:i )?(?:dont|do not|no longer) want you (?:to )?${TEXTING} me`,
    `i (?:dont|do not|no longer) consent(?: to (?:${TEXTS}|this|being texted|receive ${TEXTS}))?`,
    `(?:${WISH}|${QUESTION}) (?:stop|quit|not|cancel|end|get rid of|turn off)(?: (?:getting|receiving|get|receive))? ${TEXTS}`,
    `(?:i (?:want|need)|make) ${TEXTS} (?:to )?stop`,
    `${TEXTS} (?:need to|must|have to) stop`,
    '(?:remove|delete|lose|erase) (?:my|this) (?:number|phone number)',
    'cancel (?:my |the |this )?(?:text|texting|sms|message) (?:subscription|service|notifications)',
  ],
  weak: [
    `stop ${SWEAR}(?:texting|messaging|contacting|sending)`,
    `${NEVER} (?:text|txt|message|msg|contact)(?: ${ME})?`,
    '(?:remove|take|get|delete) me(?: (?:off|off of|from))?(?: (?:this|(?:the|that) list))?|no texts',
    'no messages|(?:cancel|end|stop) my subscription|i (?:want|would like) (?:this|it|you|them) to stop',
    '(?:reply |text |txt |send )?stop to (?:opt out|unsubscribe|end|stop|quit|cancel)',
    '(?:reply|text|txt|send) stop|discontinue|cease|desist|opting out|unsub|no more',
  ],
  words: [UNSUBSCRIBE, 'stop|stopall|stop all|opt out|optout|revoke|quit|cancel|end|remove'],
};
