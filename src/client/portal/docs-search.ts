import { find, findAll } from './dom.ts';

/** Opens what the address names, since a closed entry would not show it. */
function openNamed(): void {
  const named = location.hash === '' ? null : document.getElementById(location.hash.slice(1));
  if (named instanceof HTMLDetailsElement) named.open = true;
}

/** On the page of the API: shows the entries that hold every word, and opens what a link leads to. */
export function searchDocs(): void {
  const region = find('[data-docs-search]');
  const input = region && find<HTMLInputElement>('input', region);
  const status = region && find('[role="status"]', region);
  if (!region || !input || !status) return;
  const entries = findAll('.operation').map((element) => ({
    element,
    text: element.textContent.toLowerCase(),
  }));
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { element, text } of entries) {
      element.hidden = !words.every((word) => text.includes(word));
      if (!element.hidden) count += 1;
    }
    status.textContent = words.length === 0 ? '' : `${count} found`;
  });
  addEventListener('hashchange', openNamed);
  openNamed();
}
