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
