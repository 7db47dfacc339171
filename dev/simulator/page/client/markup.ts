import { writeTimes } from './clocks.ts';

/** The first element of some markup that the simulator made. */
export function elementOf(markup: string): HTMLElement | null {
  const template = document.createElement('template');
  template.innerHTML = markup;
  writeTimes(template.content);
  return template.content.querySelector('*');
}
