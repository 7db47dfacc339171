const title = document.title;
let missed = 0;

/** Counts a text in the tab's title while nobody looks at the page. */
export function countInTitle(): void {
  if (!document.hidden) return;
  missed += 1;
  document.title = `(${missed}) ${title}`;
}

/** Takes the count away when somebody looks again. */
export function clearTitle(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    missed = 0;
    document.title = title;
  });
}
