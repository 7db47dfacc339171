/** Quotation marks of the scripts that phones write reactions in. */
const MARKS = '"“”„‟«»‹›「」『』〝〞〟＂';
const MARK = new RegExp(`[${MARKS}]`, 'g');
/** What phones hide around the parts of a reaction; joiners and selectors belong to emoji. */
const UNSEEN = /[\u200b\u200c\u200e\u200f\u2060\ufeff]/g;
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu;
const EMOJI =
  /(?:\p{Regional_Indicator}{2}|[\d#*]\ufe0f?\u20e3|\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?(?:\u200d\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?)*)/u;

/** The part of our text that identifies it in a quote. */
const LEAST = 12;
/** A verb before what it quotes, and after it, has no more characters than these: longer are somebody's words. */
const LONGEST_BEFORE = 60;
const LONGEST_AFTER = 40;

/** What phones call reactions, at the beginning or the end of the words around the quote; commonest languages. */
const VERBS: readonly (readonly [emoji: string, verbs: RegExp])[] = [
  [
    '',
    /^(?:removed|quitó|quito|retiró|eliminó|a retiré|a supprimé|a enlevé|hat .* entfernt|removeu|ha rimosso|取消|移除|撤回)|(?:entfernt|取り消しました|취소함)$/iu,
  ],
  [
    '👎',
    /^(?:disliked|no le gustó|no le gusto|n['’]a pas aimé|não gostou|non ha gradito|不喜欢|不喜歡|踩了|gefällt .*nicht)/iu,
  ],
  [
    '❤️',
    /^(?:loved|le encantó|le encanto|a adoré|amou|adorou|ha adorato|liebt|hat geliebt|喜欢了|喜歡了|爱了|愛了|喜爱)/iu,
  ],
  ['👍', /^(?:liked|le gustó|le gusto|a aimé|gostou|ha apprezzato|gefiel|gefällt|赞了|讚了|点赞|按讚)/iu],
  ['😂', /^(?:laughed at|se rió|se rio|le dio risa|a ri|a rigolé|riu|ha riso|lachte|笑了)/iu],
  [
    '‼️',
    /^(?:emphasized|emphasised|enfatizó|exclamó|a insisté|a souligné|a mis l['’]accent|enfatizou|ha enfatizzato|hervorgehoben|强调了|強調)/iu,
  ],
  [
    '❓',
    /^(?:questioned|cuestionó|preguntó|a posé une question|a remis en question|a questionné|questionou|ha fatto una domanda|fragte|质疑了|對.*提出疑問)/iu,
  ],
];

/** How all of our texts look, whatever they say. */
export interface OurTexts {
  /** The brand's name, with which each begins. */
  brand: string;
  /** Where our addresses begin, such as `https://portal.example.com`. */
  origins: readonly string[];
}

/** A text in one form: no invisible characters, one kind of quotation mark and of space, lower case, composed. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(MARK, '"')
    .replace(INVISIBLE, (c) => (c === '\n' || c === '\t' || c === '\r' ? ' ' : ''))
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase();
}

/** What stands around a quote: before its opening mark and after the last closing one. */
interface Around {
  before: string;
  after: string;
}

/** A quote of ours begins at one of the first marks (a verb may have its own), and no text of ours is longer. */
const MOST_MARKS = 8;
const LONGEST_TEXT = 1600;

/** Finds what is quoted of ours, judged in {@link plain} form; null when nothing is. */
function aroundQuote(inbound: string, isOurs: (quoted: string) => boolean): Around | null {
  const marks = [...inbound.matchAll(MARK)].map(({ index }) => index);
  const after = (at: number) => inbound.slice(at + 1);
  const open = marks.slice(0, MOST_MARKS).find((at) => isOurs(plain(after(at).slice(0, LONGEST_TEXT))));
  if (open === undefined) return null;
  const close = marks.at(-1)!;
  const shown = (text: string) => text.replace(UNSEEN, '').trim();
  return { before: shown(inbound.slice(0, open)), after: close > open ? shown(after(close)) : '' };
}

/** The emoji that a reaction's words mean; empty for one taken back, and for a verb that is not known. */
function emojiOf({ before, after }: Around): string {
  const words = plain(`${before} ${after}`);
  const verb = VERBS.find(([, verbs]) => verbs.test(words));
  if (verb?.[0] === '') return '';
  return EMOJI.exec(`${before} ${after}`)?.[0] ?? verb?.[0] ?? '';
}

/** Reads what stands around a quote of ours as a reaction; null for words of somebody's own. */
function reaction(around: Around | null): string | null {
  if (!around) return null;
  const { before, after } = around;
  if (before.length > LONGEST_BEFORE || after.length > LONGEST_AFTER) return null;
  if (/[\n?？]/u.test(`${before}${after}`)) return null;
  return emojiOf(around);
}

/**
 * Reads a text as a reaction to one of ours, as phones put them into words for those without iMessage or RCS:
 * `Liked “…”`, `Le gustó “…”`, `A aimé « … »`, `喜欢了“…”`, `Reacted 👍 to “…”`. What makes it one is that it quotes
 * what we sent, whatever the verb or language.
 * @param sent - the text as it left
 * @returns the emoji it means, empty when none is known or it takes a reaction back; null when it is none
 */
export function reactionTo(sent: string, inbound: string): string | null {
  const ours = plain(sent);
  return reaction(
    aroundQuote(inbound, (quoted) => {
      let same = 0;
      while (same < ours.length && quoted[same] === ours[same]) same++;
      if (same === ours.length) return true;
      return same >= Math.min(LEAST, ours.length) && /^ ?(?:…|\.{2,3})? ?"/u.test(quoted.slice(same));
    }),
  );
}

/**
 * {@link reactionTo} without the text at hand, since no words of ours are kept: all of ours begin with the brand or
 * hold a link of ours.
 */
export function reactionToOurs({ brand, origins }: OurTexts, inbound: string): string | null {
  const name = plain(brand).slice(0, 40);
  const hosts = origins.map((origin) => plain(origin.replace(/^https?:\/\//, '')));
  return reaction(
    aroundQuote(inbound, (quoted) => {
      const text = quoted.replace(/^ ?(?:urgent )?/, '');
      if (name !== '' && text.startsWith(`${name}: `)) return true;
      return hosts.some((host) => ['/l/', '/magic', '/ul/'].some((path) => quoted.includes(host + path)));
    }),
  );
}
