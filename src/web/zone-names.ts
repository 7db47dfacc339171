import { isTimeZone } from '../platform/time.ts';
import { KNOWN_AS } from './zone-cities.ts';
import { COUNTRIES } from './zone-countries.ts';

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

/** Names of zones beside those of the list, with their zone: what people call them, cities of old, countries with one. */
function otherNames(): [name: string, zone: string][] {
  const called = Object.entries(KNOWN_AS).flatMap(([zone, names]) =>
    names.split(', ').map((name): [string, string] => [name, zone]),
  );
  const ofOld = Object.entries(RENAMED)
    .filter(([old, today]) => city(old) !== city(today))
    .map(([old, today]): [string, string] => [old.split('/').at(-1)!.replaceAll('_', ' '), today]);
  return [...called, ...ofOld, ...Object.entries(COUNTRIES)];
}

/** What a list suggests, and how it is found: words or a name without case, accents and marks, each with its zone. */
interface Suggestions {
  words: readonly string[];
  byWords: ReadonlyMap<string, string>;
  byName: ReadonlyMap<string, string>;
}

let suggestions: Suggestions | null = null;

/** Made once, as it stays the same. */
function allSuggestions(): Suggestions {
  if (suggestions) return suggestions;
  const zones = allZones().map(({ words, zone }): [string, string] => [words, zone]);
  const names = otherNames().filter(([name, zone]) => folded(name) !== city(zone));
  const all = [
    ...zones,
    ...names.map(([name, zone]): [string, string] => [`${name}: ${listed(zone)}`, zone]),
  ];
  // Of names that are the same without their accents the first counts.
  const byFolded = (pairs: [string, string][]) =>
    new Map(pairs.map(([text, zone]): [string, string] => [folded(text), zone]).reverse());
  suggestions = {
    words: [...new Set(all.map(([words]) => words))],
    byWords: byFolded(all),
    byName: byFolded(names),
  };
  return suggestions;
}

/**
 * What a list suggests to somebody who types: every zone by its words, and by its other names, such as `Kiev: Kyiv, Europe`
 * or `San Francisco: Pacific (Los Angeles)`. Browsers suggest what holds the letters that are typed.
 */
export const zoneSuggestions = (): readonly string[] => allSuggestions().words;

/** What somebody calls a zone beside its names: of a city, of its time in America (`Eastern`, `Pacific time`), in short. */
function findKnownAs(wanted: string): string | null {
  const name = wanted.replace(/ (?:(?:standard|daylight) )?time( (?:us canada|us and canada|zone))?$/, '');
  const common = Object.entries(COMMON).find(([, words]) => folded(words).startsWith(`${name} `));
  if (common) return common[0];
  return allSuggestions().byName.get(name) ?? null;
}

/**
 * The zone that somebody means who typed or chose in the list: its words there, an IANA name of today or of old in
 * any case, or the name of its city alone.
 * @returns the name of today; null for what is none, or might be several
 */
export function findZone(typed: string): string | null {
  const wanted = folded(typed.slice(0, 100));
  if (wanted === '') return null;
  const chosen = allSuggestions().byWords.get(wanted);
  if (chosen) return chosen;
  const known = findKnownAs(wanted);
  if (known) return known;
  const name = typed
    .trim()
    .replace(/\s*\/\s*/g, '/')
    .replace(/\s+/g, '_');
  if (isTimeZone(name)) return todaysZone(name);
  const cities = [...allZones().map(({ zone }) => zone), ...Object.keys(RENAMED)]
    .filter((zone) => city(zone) === wanted)
    .map((zone) => RENAMED[zone] ?? zone);
  return new Set(cities).size === 1 ? cities[0]! : null;
}
