const QUOTE = /["“”„‟«»‹›「」『』〝〞＂]/g;
const OPENING_QUOTES = '“„«‹「『〝';
const DEVICE_LINE =
  /\s(?:sent (?:from|via|with) |get outlook for |enviado (?:desde|por|con) |envoyé (?:de|depuis|avec|à partir) )/i;
const DELIMITER_LINE = /^(?:--|__|—)\s*$/;
const NAME = "\\p{Lu}[\\p{L}.'’]{0,20}";
const NAME_LINE = new RegExp(`^\\s*[-–—~]?\\s*(?=.*\\p{Ll})${NAME}(?: ${NAME}){0,2}\\s*$`, 'u');
const LONGEST_DEVICE_LINE = 100;

/**
 * What the sender wrote, without what they quote: lines that begin with `>`, and everything from the first
 * double quotation mark to the last (`Liked “…”`, `she said "stop texting me"`). A text that is quoted as a
 * whole is the sender's own.
 */
export function withoutQuotes(body: string): string {
  const lines = body.split('\n').filter((line) => !line.trimStart().startsWith('>'));
  const text = lines.join('\n');
  const marks = [...text.matchAll(QUOTE)];
  const first = marks.at(0);
  const last = marks.at(-1);
  if (!first || !last) return text;
  if (first === last && !OPENING_QUOTES.includes(first[0])) return text;
  const rest = first === last ? '' : text.slice(last.index + 1);
  const outside = `${text.slice(0, first.index)} ${rest}`;
  return /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(outside) ? outside : text;
}

/** Without the line that a phone or mail program adds: `Sent from my iPhone`, `Envoyé de mon iPhone`. */
export function withoutDeviceLine(body: string): string {
  const at = body.search(DEVICE_LINE);
  return at < 0 || body.trimEnd().length - at > LONGEST_DEVICE_LINE ? body : body.slice(0, at);
}

/** Without a closing signature: a last line that is a name, `… - Rosa` at the end, or what follows a `--` line. */
export function withoutName(body: string): string {
  const lines = body.trim().split('\n');
  const delimiter = lines.findIndex((line, index) => index > 0 && DELIMITER_LINE.test(line));
  if (delimiter > 0) return lines.slice(0, delimiter).join('\n');
  const last = lines.at(-1) ?? '';
  if (lines.length > 1 && NAME_LINE.test(last)) return lines.slice(0, -1).join('\n');
  const dash = Math.max(...['-', '–', '—', '~'].map((mark) => last.lastIndexOf(mark)));
  const signed = dash > 0 && /\s/.test(last.charAt(dash - 1)) && NAME_LINE.test(last.slice(dash));
  return signed ? [...lines.slice(0, -1), last.slice(0, dash)].join('\n') : lines.join('\n');
}
