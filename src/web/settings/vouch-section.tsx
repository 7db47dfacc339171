import { Section } from './section.tsx';
import type { SettingsView } from './settings-data.ts';

/** A word for a relative whose number alone does not sign them in any more; nothing for who has no relatives here. */
export function VouchSection({ me, family, told }: SettingsView) {
  const others = family.filter(({ id }) => id !== me.id);
  if (others.length === 0) return null;
  return (
    <Section
      id="vouch"
      title="A relative cannot sign in?"
      told={told}
      lead="When a phone number was out of use for long, a code alone no longer signs in. Talk to your relative first: if it is them who have the number, say so here, and for a day their code is enough."
    >
      <form method="post" action="/settings/vouch" class="stack start" data-swap="vouch">
        <div class="field">
          <label for="vouch-person">Who is it?</label>
          <select id="vouch-person" name="person" required>
            <option value="">Choose</option>
            {others.map(({ id, name }) => (
              <option value={id}>{name}</option>
            ))}
          </select>
        </div>
        <button class="button" type="submit">
          It is them
        </button>
      </form>
    </Section>
  );
}
