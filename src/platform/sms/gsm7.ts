/**
 * The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1), without carriage return, escape
 * and form feed, which no text of ours contains. `ç` is absent: position 0x09 is the capital letter.
 */
const BASIC =
  '@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENSION = '^{}\\[~]|€';

/** Septets of each character of GSM-7: 1, or 2 for those behind an escape. */
export const GSM7_SEPTETS: ReadonlyMap<string, number> = new Map([
  ...[...BASIC].map((character) => [character, 1] as const),
  ...[...EXTENSION].map((character) => [character, 2] as const),
]);

/** What stands in for characters that neither are in GSM-7 nor decompose into it. */
const SUBSTITUTES: readonly (readonly [characters: string, ascii: string])[] = [
  ['“”„‟«»″˝¨ʺˮ〝〞〟❝❞', '"'],
  ['‘’‚‛‹›′`´ˈʹʻʼʽˊˋ❛❜', "'"],
  ['‐‑‒–—―⁃−﹘﹣－⸺⸻•‣●▪■◦∙⋅', '-'],
  ['★☆✱✲✳∗⁎', '*'],
  ['˜∼', '~'],
  ['ˆ', '^'],
  ['·․', '.'],
  ['‽', '?!'],
  ['⁄∕÷', '/'],
  ['‖¦∣', '|'],
  ['⟨〈《', '<'],
  ['⟩〉》', '>'],
  ['、', ','],
  ['。', '.'],
  ['「『【', '['],
  ['」』】', ']'],
  ['×✕✖', 'x'],
  ['ǃ', '!'],
  ['ː˸꞉', ':'],
  ['⁏', ';'],
  ['❨❪', '('],
  ['❩❫', ')'],
  ['˖', '+'],
  ['±', '+/-'],
  ['≤', '<='],
  ['≥', '>='],
  ['≠', '!='],
  ['≈', '~'],
  ['→⇒➔➜', '->'],
  ['←⇐', '<-'],
  ['©', '(c)'],
  ['®', '(R)'],
  ['¢', 'c'],
  ['₤', '£'],
  ['₹₨', 'Rs'],
  ['łƚ', 'l'],
  ['Ł', 'L'],
  ['đðɖ', 'd'],
  ['ĐÐƉ', 'D'],
  ['ħ', 'h'],
  ['Ħ', 'H'],
  ['ıɨ', 'i'],
  ['Ɨ', 'I'],
  ['ĸ', 'k'],
  ['ŋɲ', 'n'],
  ['ŊƝ', 'N'],
  ['ŧ', 't'],
  ['Ŧ', 'T'],
  ['ƀɓ', 'b'],
  ['Ɓ', 'B'],
  ['ɗ', 'd'],
  ['Ɗ', 'D'],
  ['ƒ', 'f'],
  ['ƙ', 'k'],
  ['Ƙ', 'K'],
  ['əɛ', 'e'],
  ['ƏƐ', 'E'],
  ['ɔ', 'o'],
  ['Ɔ', 'O'],
  ['þ', 'th'],
  ['Þ', 'Th'],
  ['œ', 'oe'],
  ['Œ', 'OE'],
  ['ẞ', 'ß'],
];

/** Small capitals, which names and greetings are decorated with. */
const SMALL_CAPITALS = [...'ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ'];
const CAPITALS = 'ABCDEFGHIJKLMNOPRSTUVWYZ';

/** One character to what replaces it in GSM-7. */
export const GSM7_SUBSTITUTES: ReadonlyMap<string, string> = new Map([
  ...SUBSTITUTES.flatMap(([characters, ascii]) =>
    [...characters].map((character) => [character, ascii] as const),
  ),
  ...SMALL_CAPITALS.map((character, i) => [character, CAPITALS.charAt(i)] as const),
]);
