/** The support contact as a link when it is an address, a site or a number, else as words. */
export function Contact({ contact }: { contact: string }) {
  const href = contactHref(contact);
  return href ? <a href={href}>{contact}</a> : <b>{contact}</b>;
}

/** Where a contact leads: `mailto:`, `tel:`, or the site itself; null for plain words. */
export function contactHref(contact: string): string | null {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(contact)) return `mailto:${contact}`;
  if (/^https?:\/\/\S+$/.test(contact)) return contact;
  if (/^\+?[\d\s().-]{7,}$/.test(contact)) return `tel:${contact.replace(/[^\d+]/g, '')}`;
  return null;
}
