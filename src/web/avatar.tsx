import type { PersonView } from './people.ts';

/** A person's initials in their colour; decoration, the name stands beside it. */
export function Avatar({ person, small = false }: { person: PersonView; small?: boolean }) {
  return (
    <span class={`avatar p${person.colour}${small ? ' small' : ''}`} aria-hidden="true">
      {person.initials}
    </span>
  );
}
