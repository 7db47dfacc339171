import { withoutBidiControls } from '../platform/characters.ts';

/** A person as pages show them. */
export interface PersonView {
  id: string;
  name: string;
  /** One of eight, the same on every page. */
  colour: number;
  initials: string;
}

const COLOURS = 8;

/** Up to two letters that stand for a name: `GR` for Grandma Rosa. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => {
    const letter = word?.match(/[\p{L}\p{N}]/u)?.[0] ?? '';
    return letter.toLocaleUpperCase('en');
  });
  return letters.join('') || '?';
}

function colourOfStranger(id: string): number {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 65_521;
  return hash % COLOURS;
}

/**
 * The people of a page by id. Each of the family has a colour by their place in it, so that the first eight differ;
 * whoever has left it keeps one by their id.
 */
export function peopleOf(
  family: readonly { id: string; name: string }[],
): (id: string, name: string) => PersonView {
  const colours = new Map(family.map(({ id }, place) => [id, place % COLOURS]));
  return (id, name) => ({
    id,
    name: withoutBidiControls(name),
    colour: colours.get(id) ?? colourOfStranger(id),
    initials: initials(name),
  });
}

/** A piece of a list of names: a name, or what stands between two. */
export interface NamePart {
  text: string;
  isName: boolean;
}

/** Names as a sentence lists them: `Ana`, `Ana and Ben`, `Ana, Ben and 3 more`. */
export function listNames(names: readonly string[], most = 4): NamePart[] {
  const shown = names.length > most ? names.slice(0, most - 1) : names;
  const rest = names.length - shown.length;
  const items = shown.map((text) => ({ text, isName: true }));
  if (rest > 0) items.push({ text: `${rest} more`, isName: false });
  return items.flatMap((item, i) => {
    if (i === 0) return [item];
    return [{ text: i === items.length - 1 ? ' and ' : ', ', isName: false }, item];
  });
}

/** A person's initials in their colour; decoration, the name stands beside it. */
export function Avatar({ person, small = false }: { person: PersonView; small?: boolean }) {
  return (
    <span class={`avatar p${person.colour}${small ? ' small' : ''}`} aria-hidden="true">
      {person.initials}
    </span>
  );
}

/** Names in a sentence, each apart from the direction in which the others and the sentence are written. */
export function Names({ names }: { names: readonly string[] }) {
  return <>{listNames(names).map(({ text, isName }) => (isName ? <bdi>{text}</bdi> : text))}</>;
}
