import { isTimeZone } from '../platform/time.ts';

/**
 * Zones whose name of today runtimes do not give: ICU keeps the first name that a zone ever had. From Unicode CLDR 48,
 * common/bcp47/timezone.xml, attribute `iana`; the names follow tzdata's file `backward`.
 */
const RENAMED: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

/** What people of the United States and Canada call their zones; first in every list. */
const COMMON: Readonly<Record<string, string>> = {
  'America/New_York': 'Eastern (New York)',
  'America/Chicago': 'Central (Chicago)',
  'America/Denver': 'Mountain (Denver)',
  'America/Phoenix': 'Arizona (Phoenix)',
  'America/Los_Angeles': 'Pacific (Los Angeles)',
  'America/Anchorage': 'Alaska (Anchorage)',
  'Pacific/Honolulu': 'Hawaii (Honolulu)',
  'America/Halifax': 'Atlantic (Halifax)',
  'America/St_Johns': 'Newfoundland (St. Johns)',
};

/** What else people call zones, or the largest cities that name none; each with its zone. From tzdata's zone.tab, comments. */
const KNOWN_AS: readonly [zone: string, names: string][] = [
  [
    'America/New_York',
    'ET, EST, EDT, Boston, Miami, Atlanta, Washington, Washington DC, Philadelphia, Pittsburgh, Cleveland, Charlotte, Baltimore, Orlando, New York City, NYC, Brooklyn',
  ],
  ['America/Toronto', 'Montreal, Ottawa, Quebec, Quebec City, Mississauga, Hamilton'],
  [
    'America/Chicago',
    'CT, CST, CDT, Houston, Dallas, Austin, San Antonio, New Orleans, St Louis, Saint Louis, Minneapolis, Milwaukee, Memphis, Nashville, Kansas City',
  ],
  ['America/Denver', 'MT, MST, MDT, Salt Lake City, Albuquerque, Colorado Springs'],
  ['America/Edmonton', 'Calgary'],
  ['America/Phoenix', 'Tucson'],
  [
    'America/Los_Angeles',
    'PT, PST, PDT, San Francisco, San Diego, Seattle, Las Vegas, Oakland, Sacramento, LA',
  ],
  ['America/Anchorage', 'AKT, AKST, AKDT'],
  ['Pacific/Honolulu', 'HT, HST'],
  ['America/Halifax', 'AST, ADT, Nova Scotia'],
  ['America/St_Johns', 'NT, NST, NDT'],
  ['Asia/Kolkata', 'Mumbai, Bombay, Delhi, New Delhi, Bangalore, Bengaluru, Chennai, India'],
  ['Asia/Shanghai', 'Beijing, Peking, Guangzhou, Shenzhen, China'],
  ['Asia/Ho_Chi_Minh', 'Ho Chi Minh City, Hanoi'],
  ['Australia/Melbourne', 'Canberra'],
  ['America/Mexico_City', 'Mexico, Guadalajara'],
  ['America/Sao_Paulo', 'Rio, Rio de Janeiro, Brasilia'],
  ['Europe/Berlin', 'Munich, Hamburg, Frankfurt, Germany'],
  ['Europe/Rome', 'Milan, Italy'],
  ['Europe/Madrid', 'Barcelona'],
  ['Europe/London', 'UK, England, Edinburgh, Glasgow, Cardiff, Manchester, Birmingham'],
  ['Asia/Karachi', 'Lahore, Islamabad'],
];

/** A zone under its name of today: `Europe/Kyiv` for `Europe/Kiev`. Unknown names stay as they are. */
export function todaysZone(zone: string): string {
  if (!isTimeZone(zone)) return zone;
  const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
  return RENAMED[timeZone] ?? timeZone;
}

/** How a zone is listed, by its name of today. */
const listed = (today: string): string =>
  COMMON[today] ?? today.replaceAll('_', ' ').split('/').reverse().join(', ');

/** A zone as lists and sentences show it: `Eastern (New York)`, `Kyiv, Europe`, `Knox, Indiana, America`. */
export const zoneWords = (zone: string): string => listed(todaysZone(zone));

/** A zone to choose. */
export interface ZoneChoice {
  /** The name of today. */
  zone: string;
  words: string;
}

let choices: ZoneChoice[] | null = null;

/** Every zone that the runtime knows, the common ones first; made once, as it stays the same. */
export function allZones(): readonly ZoneChoice[] {
  if (choices) return choices;
  const choice = (zone: string) => ({ zone, words: listed(zone) });
  const all = new Set(Intl.supportedValuesOf('timeZone').map((zone) => RENAMED[zone] ?? zone));
  const others = [...all].filter((zone) => !Object.hasOwn(COMMON, zone)).map(choice);
  const { compare } = new Intl.Collator('en');
  choices = [...Object.keys(COMMON).map(choice), ...others.sort((a, b) => compare(a.words, b.words))];
  return choices;
}

const folded = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
const city = (zone: string) => folded(zone.split('/').at(-1) ?? '');

/** What somebody calls a zone beside its names: of a city, of its time in America (`Eastern`, `Pacific time`), in short. */
function findKnownAs(wanted: string): string | null {
  const name = wanted.replace(/ (?:(?:standard|daylight) )?time( (?:us canada|us and canada|zone))?$/, '');
  const common = Object.entries(COMMON).find(([, words]) => folded(words).startsWith(`${name} `));
  if (common) return common[0];
  const known = KNOWN_AS.find(([, names]) => names.split(', ').some((each) => folded(each) === name));
  return known?.[0] ?? null;
}

/**
 * The zone that somebody means who typed or chose in the list: its words there, an IANA name of today or of old in
 * any case, or the name of its city alone.
 * @returns the name of today; null for what is none, or might be several
 */
export function findZone(typed: string): string | null {
  const wanted = folded(typed.slice(0, 100));
  if (wanted === '') return null;
  const zones = allZones();
  const chosen = zones.find(({ words }) => folded(words) === wanted);
  if (chosen) return chosen.zone;
  const known = findKnownAs(wanted);
  if (known) return known;
  const name = typed
    .trim()
    .replace(/\s*\/\s*/g, '/')
    .replace(/\s+/g, '_');
  if (isTimeZone(name)) return todaysZone(name);
  const cities = [...zones.map(({ zone }) => zone), ...Object.keys(RENAMED)]
    .filter((zone) => city(zone) === wanted)
    .map((zone) => RENAMED[zone] ?? zone);
  return new Set(cities).size === 1 ? cities[0]! : null;
}
