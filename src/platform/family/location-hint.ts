/**
 * Where a family's object is made: near the family. It stays there for ever ("Durable Objects: data location"), and its
 * first call is mostly the host's, whose servers may be anywhere. Pure.
 */

/** Cloudflare's documented location hints. */
export const LOCATION_HINTS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'] as const;
/** See {@link LOCATION_HINTS}. */
export type LocationHint = (typeof LOCATION_HINTS)[number];

const zones = (area: string, places: string) => places.split(' ').map((place) => `${area}/${place}`);

/** Zones whose place is not told by the first part of their name. */
const BY_ZONE: ReadonlyMap<string, LocationHint> = new Map(
  Object.entries({
    wnam: [
      ...zones(
        'America',
        'Los_Angeles Denver Boise Phoenix Anchorage Juneau Sitka Metlakatla Yakutat Nome Adak',
      ),
      ...zones(
        'America',
        'Vancouver Dawson_Creek Fort_Nelson Creston Edmonton Yellowknife Inuvik Cambridge_Bay',
      ),
      ...zones(
        'America',
        'Whitehorse Dawson Tijuana Santa_Isabel Hermosillo Mazatlan Bahia_Banderas Chihuahua',
      ),
      ...zones('America', 'Ciudad_Juarez Ojinaga'),
      'Pacific/Honolulu',
    ],
    enam: ['Atlantic/Bermuda'],
    sam: [
      ...zones(
        'America',
        'Sao_Paulo Araguaina Bahia Belem Boa_Vista Campo_Grande Cuiaba Eirunepe Fortaleza Maceio',
      ),
      ...zones(
        'America',
        'Manaus Noronha Porto_Velho Recife Rio_Branco Santarem Bogota Caracas Cayenne Guayaquil',
      ),
      ...zones(
        'America',
        'Guyana La_Paz Lima Montevideo Paramaribo Asuncion Santiago Punta_Arenas Coyhaique',
      ),
      ...zones('America', 'Buenos_Aires Catamarca Cordoba Jujuy Mendoza'),
      ...zones('Atlantic', 'Stanley South_Georgia'),
      ...zones('Pacific', 'Easter Galapagos'),
      'Antarctica/Palmer',
    ],
    weur: ['Arctic/Longyearbyen', ...zones('Atlantic', 'Azores Canary Faeroe Faroe Madeira Reykjavik')],
    eeur: [
      ...zones(
        'Europe',
        'Athens Belgrade Bratislava Bucharest Budapest Chisinau Helsinki Istanbul Kaliningrad',
      ),
      ...zones(
        'Europe',
        'Kiev Kyiv Mariehamn Minsk Moscow Podgorica Riga Samara Sarajevo Saratov Simferopol',
      ),
      ...zones('Europe', 'Skopje Sofia Tallinn Ulyanovsk Uzhgorod Vilnius Volgograd Warsaw Zaporozhye Kirov'),
      ...zones('Europe', 'Astrakhan Tirane'),
    ],
    me: [
      ...zones(
        'Asia',
        'Aden Amman Baghdad Bahrain Baku Beirut Damascus Dubai Famagusta Gaza Hebron Jerusalem',
      ),
      ...zones('Asia', 'Kuwait Muscat Nicosia Qatar Riyadh Tbilisi Tehran Yerevan'),
    ],
    afr: [
      ...zones('Indian', 'Antananarivo Comoro Mahe Mauritius Mayotte Reunion'),
      ...zones('Atlantic', 'Cape_Verde St_Helena'),
    ],
  } satisfies Partial<Record<LocationHint, string[]>>).flatMap(([hint, names]) =>
    names.map((name) => [name, hint as LocationHint] as const),
  ),
);

/** What the first part of a zone's name says of the others. */
const BY_AREA: Readonly<Record<string, LocationHint>> = {
  Africa: 'afr',
  America: 'enam',
  Antarctica: 'oc',
  Asia: 'apac',
  Australia: 'oc',
  Europe: 'weur',
  Indian: 'apac',
  Pacific: 'oc',
};

/** A zone under its usual name: `US/Eastern` is America/New_York. Null for what the runtime does not know. */
function usualName(timeZone: string): string | null {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return null; // No zone tells nothing.
  }
}

/** Where a family of this zone is; null when its zone does not tell. @param timeZone an IANA name, or null */
export function hintOfZone(timeZone: string | null): LocationHint | null {
  const name = timeZone === null ? null : usualName(timeZone);
  if (name === null) return null;
  const [area = '', country] = name.split('/');
  if (country === 'Argentina') return 'sam';
  return BY_ZONE.get(name) ?? BY_AREA[area] ?? null;
}
