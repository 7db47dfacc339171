import { type Html, html } from './html.ts';

/** A North American number as people write it, any other one as it is. */
export function formatPhone(phone: string): string {
  const match = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phone);
  return match ? `+1 ${match[1]} ${match[2]} ${match[3]}` : phone;
}

/** What stands in the round picture: initials, or the sign of a stranger. */
export function pictureLetters(name: string): string {
  const letters = name
    .split(/\s+/)
    .map((word) => [...word][0] ?? '')
    .filter((letter) => /\p{L}/u.test(letter));
  return letters.length === 0
    ? '?'
    : [letters[0], letters.length > 1 ? letters.at(-1) : ''].join('').toUpperCase();
}

/** Hours and minutes, on the clock of whoever formats: the simulator's machine, then the browser. */
export function clock(ms: number): string {
  return new Intl.DateTimeFormat('en-US', { hour: 'numeric', minute: '2-digit' }).format(ms);
}

/** The same as phones show it in their upper corner, where there is little room. */
export const cornerClock = (ms: number): string => clock(ms).replace(/\s[AP]M$/, '');

/** The time of a text of today, the day of an older one. */
export function when(ms: number, now: number): string {
  const day = (at: number): string => new Date(at).toDateString();
  if (day(ms) === day(now)) return clock(ms);
  return new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric' }).format(ms);
}

/** Words that may be broken where `at` matches, and nowhere within a part. */
const breakable = (words: string, at: RegExp): Html[] =>
  words.split(at).map((part, i) => html`${i > 0 && html`<wbr>`}${part}`);

const MARK = /\*\*([^*]+)\*\*|\*([^*]+)\*|`([^`]+)`|<(https?:[^>]+)>/g;

/** One line of Markdown: bold, emphasised, code and bare addresses; everything else is text. */
export function inlineMarkdown(line: string): Html[] {
  const parts: Html[] = [];
  let from = 0;
  for (const match of line.matchAll(MARK)) {
    const [whole, bold, emphasis, code, address] = match;
    parts.push(html`${line.slice(from, match.index)}`);
    if (bold) parts.push(html`<strong>${bold}</strong>`);
    else if (emphasis) parts.push(html`<em>${emphasis}</em>`);
    else if (code) parts.push(html`<code>${breakable(code, /(?<=_)/)}</code>`);
    // An address may be broken behind its scheme, and nowhere within its name.
    else parts.push(...breakable(address ?? '', /(?<=\/\/)/));
    from = match.index + whole.length;
  }
  return [...parts, html`${line.slice(from)}`];
}

const LINK = /https?:\/\/[^\s<>"']+/g;

/** A text with its links made tappable; punctuation that ends a sentence stays outside of them. */
export function linkify(text: string): Html[] {
  const parts: Html[] = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const url = match[0].replace(/[.,;:!?)\]]+$/, '');
    parts.push(
      html`${text.slice(from, match.index)}<a href="${url}" target="_blank" rel="noopener noreferrer">${url}</a>`,
    );
    from = match.index + url.length;
  }
  return [...parts, html`${text.slice(from)}`];
}

/** An id for the page, from a phone number or a person's id. */
export function cardId(key: string): string {
  return `phone-${key.replace(/[^\w-]/g, '')}`;
}
