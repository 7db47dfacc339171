import { find, findAll } from './dom.ts';

const open = () => findAll<HTMLDetailsElement>('details[data-menu][open]');

/** Menus close on Escape, giving focus back, and when one presses or goes elsewhere. */
export function tameMenus(): void {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of open()) {
      menu.open = false;
      find('summary', menu)?.focus();
    }
  });
  const leave = (event: Event) => {
    for (const menu of open()) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
    }
  };
  document.addEventListener('pointerdown', leave);
  document.addEventListener('focusin', leave);
}
