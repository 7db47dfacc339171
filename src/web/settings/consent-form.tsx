import { Radio } from './section.tsx';

const LINKS: Record<string, string> = { 'Terms (/terms)': '/terms', 'Privacy Policy (/privacy)': '/privacy' };

/** The wording of the consent; where it names our own pages, they are links. */
export function ConsentWording({ text }: { text: string }) {
  const parts = text.split(/(Terms \(\/terms\)|Privacy Policy \(\/privacy\))/);
  return (
    <>
      {parts.map((part) => {
        const href = LINKS[part];
        return href ? <a href={href}>{part.replace(/ \(.*\)$/, '')}</a> : part;
      })}
    </>
  );
}

/**
 * What the form holds by which somebody agrees to texts: a box that is never ticked beforehand, beside its whole
 * wording; and a question about urgent messages. On `/terms` it stands as a picture.
 * @param wording without a version: nothing is recorded of it
 * @param urgent what was answered before; null: nobody asked yet
 */
export function ConsentForm({
  wording: { version, text },
  urgent,
}: {
  wording: { version?: string; text: string };
  urgent: boolean | null;
}) {
  return (
    <>
      <div class="consent">
        {version && <input type="hidden" name="version" value={version} />}
        <label class="choice">
          <input type="checkbox" name="consent" value="yes" required />
          <span>
            <ConsentWording text={text} />
          </span>
        </label>
      </div>
      <fieldset class="plain-set">
        <legend>May an urgent message text you at any time?</legend>
        <p class="hint soft">
          Someone in your family can mark a message as urgent, three times a day. It then reaches you even in
          your quiet hours, or from a conversation that you muted.
        </p>
        <Radio name="urgent" value="yes" words="Yes, at any time" checked={urgent === true} required />
        <Radio name="urgent" value="no" words="No, like any other message" checked={urgent === false} />
      </fieldset>
      <div>
        <button class="button go" type="submit">
          Turn texts on
        </button>
      </div>
    </>
  );
}
