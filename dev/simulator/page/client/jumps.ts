const unread = new Map<string, number>();

function show(id: string): void {
  const count = unread.get(id) ?? 0;
  const place = document.querySelector(`[data-jump="${CSS.escape(id)}"] .count`);
  if (place) place.textContent = count === 0 ? '' : ` ${count} new`;
}

/** Whether the middle of a panel, the list or a phone, is on the screen. */
function isSeen(panel: HTMLElement): boolean {
  const { left, width } = panel.getBoundingClientRect();
  const middle = left + width / 2;
  return middle > 0 && middle < window.innerWidth;
}

/** On a narrow screen one panel is seen at a time; texts on the others are counted beside their names. */
export function countUnread(panel: HTMLElement): void {
  if (isSeen(panel)) return;
  unread.set(panel.id, (unread.get(panel.id) ?? 0) + 1);
  show(panel.id);
}

/** Takes the count away when a panel comes into view, and marks the one that is seen. */
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
    // The line down the middle of the screen, which one panel covers, however little of its height is in sight.
    { rootMargin: '0px -50% 0px -50%' },
  );
  for (const panel of document.querySelectorAll('.inbox, .phone')) seen.observe(panel);
}
