/** Replacements of links and tokens. */
const LINK = '[link]';
const TOKEN = '***';

// Bounded repetitions: a hostile message of 4,000 characters must not cost more than a friendly one.
const SCHEMES =
  'mailto|tel|telprompt|callto|sms|smsto|mms|mmsto|facetime|facetime-audio|imessage|xmpp|sips?|skype|whatsapp|viber|tg|geo|maps|intent|market|itms(?:-apps|-services)?|webcal|javascript|data|file|bitcoin|ethereum|magnet|venmo|paypal|shortcuts|app-prefs|prefs';
const SCHEME_LINK = new RegExp(
  `(?:[a-z][a-z0-9+.-]{0,30}://|www\\.|(?<![\\p{L}\\p{N}])(?:${SCHEMES}):(?=\\S))\\S*`,
  'giu',
);
/** What stands between the labels of a host: the full stop, and what browsers and resolvers take for it (UTS #46). */
const DOT = '[.\\u3002\\uff0e\\uff61\\u2024\\ufe52]';
const CJK_STOP = /[\u3002\uff61]/;
const PORT_AND_PATH = '(?::\\d{1,5})?(?:[/?#]\\S*)?';
const BARE_LINK = new RegExp(
  `(?<![\\p{L}\\p{N}\\p{M}-])(?:[\\p{L}\\p{N}._%+-]{1,64}@)?(?:[\\p{L}\\p{N}][\\p{L}\\p{N}\\p{M}-]{0,62}${DOT}){1,40}(?:xn--[a-z0-9-]{2,59}|\\p{L}[\\p{L}\\p{M}]{1,23})(?![\\p{L}\\p{N}])${PORT_AND_PATH}`,
  'giu',
);
const IPV4 = new RegExp(
  `(?<![\\p{N}.])\\p{Nd}{1,3}(?:${DOT}\\p{Nd}{1,3}){3}(?!${DOT}?\\p{Nd})${PORT_AND_PATH}`,
  'gu',
);
/** The other ways to write an IPv4 address (WHATWG URL, "ends in a number"), and a host without a dot, with a port or path. */
const NUMBER_HOST =
  /(?<![\p{L}\p{N}.])0x[0-9a-f]{1,8}(?:\.(?:0x[0-9a-f]{1,8}|\d{1,10})){0,3}(?![\p{L}\p{N}])(?::\d{1,5})?(?:[/?#]\S*)?|(?<![\p{L}\p{N}.])(?:\d{1,10}\.){1,3}0x[0-9a-f]{1,8}(?![\p{L}\p{N}])(?::\d{1,5})?(?:[/?#]\S*)?|(?<![\p{L}\p{N}.])(?:0\d{1,11}|\d{5,10}|\d{1,3}(?:\.\d{1,8}){1,2}):\d{1,5}\/\S*|(?<![\p{L}\p{N}./])(?:0\d{3,11}|\d{8,10}|\d{1,3}(?:\.\d{1,8}){2}|(?:127|10)\.\d{1,8})\/(?=[a-z])\S*/giu;
const LOCAL_HOST =
  /(?<![\p{L}\p{N}.-])(?:localhost(?=[:/?#]\S)|[a-z][a-z0-9-]{0,62}(?=:\d{2,5}\/))(?::\d{1,5})?(?:[/?#]\S*)?/giu;
/** A host whose dots are written as browsers decode them: `evil%2Ecom`. */
const ESCAPED_DOT =
  /(?<![\p{L}\p{N}%])[\p{L}\p{N}%][\p{L}\p{N}.%-]{0,250}%(?:25){0,3}(?:2e|e3%80%82|ef%bc%8e|ef%bd%a1)[\p{L}\p{N}%]\S*/giu;

/** With `::` in it, or more colons than a time of day has. */
const IPV6 = new RegExp(
  `(?<![\\p{L}\\p{N}:])\\[?(?:(?=[0-9a-f:]*::)(?=[a-f:]*\\d)[0-9a-f:]{3,39}|(?:[0-9a-f]{1,4}:){4,7}[0-9a-f]{1,4})(?:%\\w{1,15})?(?![\\p{L}\\p{N}])\\]?${PORT_AND_PATH}`,
  'giu',
);
const CLOSING = '.,!?;:\'")]}';

const LONG_RUN = /[A-Za-z0-9_\-+/=.~]{16,}/g;
const MIXED_CODE = /\b(?=[A-Z0-9]*\d[A-Z])[A-Z0-9]{6,15}\b/g;
/** A number in letters, toll-free as all such are: `1-800-FLOWERS`. */
const VANITY =
  /\b1[\s.-]?\(?8(?:00|33|44|55|66|77|88)\)?[\s.-]?(?=[a-z\d-]{0,15}[a-z])[a-z\d](?:-?[a-z\d]){5,14}\b/gi;
/** What people put between the digits of a number, unseen marks included. */
const BETWEEN = "[\\s().,;/·•_~*'+\\[\\]\\-\\p{Pd}\\p{M}\\u060c\\u066b\\u066c\\u3001\\u200c\\u200d]{0,3}";
const PHONE = new RegExp(`\\+?\\p{Nd}(?:${BETWEEN}\\p{Nd}){6,}`, 'gu');
/** Four and more single digits, whatever stands between them: `9,8,7,6`, `9 / 8 / 7 / 6`. */
const SPELLED = /(?<!\p{Nd})\p{Nd}(?:[^\p{L}\p{N}]{1,4}\p{Nd}(?!\p{Nd})){3,}/gu;
/** Times of day, which are passed over; three and more groups with dots, `24.12.26`; four and more digits with at most a mark and a space between two. */
const CODE =
  /\p{Nd}{1,2}:\p{Nd}{2}(?!\p{Nd})|\p{Nd}{1,4}(?:\.\p{Nd}{1,4}){2,}|\p{Nd}{3}\.\p{Nd}{3}(?!\p{Nd})|\p{Nd}(?:\s?[,;_|·•*\u060c\u3001\-\p{Pd}]?\s?[\p{M}\u200c\u200d]{0,2}\p{Nd}){3,}/gu;
/** A figure with its thousands apart, but for one of six digits, which may be a code: `1,000`, `2,500,000`. */
const THOUSANDS = /^(?!\d{3},\d{3}$)\d{1,3}(?:,\d{3})+$/;

/** Top-level domains that make a link even when written like the first word of a sentence (`evil.Com`): each of two letters, and the most used of the longer ones. */
const CAPITALIZED_TLD =
  /^(?:[a-z]{2}|com|net|org|info|biz|edu|gov|mil|int|app|dev|xyz|top|site|online|shop|link|club|live|store|tech|space|website|icu|vip|work|click|pro|fun|life|world|today|page|blog|cloud|news|mobi|name|tel|asia|cat|jobs|zip|mov|bio|art|games?|social|email|support|services?|agency|digital|network|media|finance|bank|win|bid|loan|download|stream|review|date|men|party|science|racing|webcam|trade|cam|monster|cyou|buzz|rest|quest|sbs|cfd|bond|lol|wtf|one|ltd|group|center|zone|company|solutions|systems|global|international|media|photos?|video|chat|direct|delivery|express|fit|money|cash|gift|help|rocks|run|tools|wiki)$/i;
/** A label that begins in a script whose sentences U+3002 does not end. */
const OTHER_SCRIPT =
  /^(?:xn--|(?:(?!\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Script=Bopomofo})\p{L}){2})/iu;
/** Top-level domains in the scripts that end sentences with U+3002, where a stop alone makes no link. */
const CJK_TLD =
  /^(?:中国|中國|公司|网络|網絡|网址|網址|网店|网站|在线|中文网|手机|移动|商城|商店|商标|集团|我爱你|娱乐|游戏|企业|信息|时尚|招聘|购物|食品|餐厅|健康|广东|佛山|香港|台湾|台灣|新加坡|澳门|澳門|政务|政府|机构|组织机构|公益|慈善|世界|新闻|微博|点看|みんな|コム|セール|ストア|ファッション|クラウド|삼성|닷컴|닷넷|한국)$/;

/**
 * Takes out of somebody's words what must not travel in a text: whatever phones make tappable. Links (a text has one,
 * ours), addresses of machines and mailboxes become `[link]`, long tokens and keys `***`, and the digits of one-time
 * codes and phone numbers `*`. Better one word too many than one too few: a year is masked like a code, and
 * `photo.jpg` like a link.
 * @param text - one line, already folded or normalized, so that look-alikes and invisible characters hide nothing
 */
export function redact(text: string): string {
  return text
    .replace(SCHEME_LINK, (match) => LINK + closingOf(match))
    .replace(ESCAPED_DOT, (match) => LINK + closingOf(match))
    .replace(NUMBER_HOST, (match) => LINK + closingOf(match))
    .replace(LOCAL_HOST, (match) => LINK + closingOf(match))
    .replace(IPV4, (match) => LINK + closingOf(match))
    .replace(IPV6, (match) => LINK + closingOf(match.replace(/\]$/, '')))
    .replace(BARE_LINK, (match) => (isLink(match) ? LINK + closingOf(match) : match))
    .replace(LONG_RUN, (run) => (isRandom(run) ? TOKEN : run))
    .replace(VANITY, TOKEN)
    .replace(MIXED_CODE, TOKEN)
    .replace(PHONE, maskNumber)
    .replace(SPELLED, maskDigits)
    .replace(CODE, (run) => (isTime(run) ? run : maskNumber(run)));
}

/** The punctuation that ends a link's sentence. From the end on: a search would try each mark of a long row of them. */
function closingOf(link: string): string {
  let end = link.length;
  while (end > 0 && CLOSING.includes(link.charAt(end - 1))) end--;
  return link.slice(end);
}

/**
 * `Yes.See you` lacks a space and is no link, and neither are sentences with U+3002 between them; what has a mailbox
 * is one, and, behind a full stop, whatever has a path or a port.
 */
function isLink(match: string): boolean {
  if (match.includes('@')) return true;
  const [host = '', rest] = match.split(/([/?#:].*)/su);
  if (rest && !CJK_STOP.test(host)) return true;
  const labels = [
    ...host.matchAll(/([.\u3002\uff0e\uff61\u2024\ufe52])([^.\u3002\uff0e\uff61\u2024\ufe52]+)/gu),
  ];
  return labels.some(([, dot = '', label = '']) => {
    if (CAPITALIZED_TLD.test(label)) return true;
    if (CJK_STOP.test(dot)) return OTHER_SCRIPT.test(label) || CJK_TLD.test(label);
    return /^\p{L}[\p{L}\p{M}]/u.test(label) && !/^\p{Lu}\p{Ll}/u.test(label);
  });
}

/** Keys and tokens (hex, base58, base64url, JWT) alternate between letters, digits and case as no word does. */
function isRandom(run: string): boolean {
  return run.split(/[^A-Za-z0-9]+/).some((piece) => {
    if (piece.length >= 16 && /\d/.test(piece) && /[A-Za-z]/.test(piece)) return true;
    const turns = piece.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)|[a-z](?=[A-Z])/g) ?? [];
    return piece.length >= 8 && turns.length >= 2;
  });
}

/** `18:30`, and not `98:76`. */
function isTime(run: string): boolean {
  return run.includes(':') && !/^(?:2[5-9]|[3-9]\d)|:[6-9]\d$/.test(run);
}

function maskNumber(run: string): string {
  return THOUSANDS.test(run) ? run : maskDigits(run);
}

function maskDigits(run: string): string {
  return run.replace(/\p{Nd}/gu, '*');
}
