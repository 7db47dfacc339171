const unread = new Map<string, number>();

function show(id: string): void {
  const count = unread.get(id) ?? 0;
  const place = document.querySelector(`[data-jump="${CSS.escape(id)}"] .count`);
  if (place) place.textContent = count === 0 ? '' : ` ${count} new`;
}

/** On a narrow screen one phone is seen at a time; texts on the others are counted beside their names. */
export function countUnread(card: HTMLElement): void {
  const { left, width } = card.getBoundingClientRect();
  const middle = left + width / 2;
  if (middle > 0 && middle < window.innerWidth) return;
  unread.set(card.id, (unread.get(card.id) ?? 0) + 1);
  show(card.id);
}

/** Takes the count away when a phone comes into view, and marks the one that is seen. */
export function jumpLinks(): void {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const link = document.querySelector(`[data-jump="${CSS.escape(target.id)}"]`);
        link?.toggleAttribute('data-current', isIntersecting);
        if (!isIntersecting) continue;
        unread.delete(target.id);
        show(target.id);
      }
    },
    { threshold: 0.5 },
  );
  for (const card of document.querySelectorAll('.phone')) seen.observe(card);
}
