/** The first element of some markup that the simulator made. */
export function elementOf(markup: string): HTMLElement | null {
  const template = document.createElement('template');
  template.innerHTML = markup;
  return template.content.querySelector('*');
}
