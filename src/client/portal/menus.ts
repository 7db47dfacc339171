import { bringIntoSight, find, findAll } from './dom.ts';

const open = () => findAll<HTMLDetailsElement>('details[data-menu][open]');

/** The menu of a message may open where little of it is in sight. */
function showWhole({ target }: Event): void {
  if (!(target instanceof HTMLDetailsElement && target.open && target.matches('[data-own-menu]'))) return;
  const body = find('.menu-body', target);
  if (body) bringIntoSight(body);
}

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
  document.addEventListener('toggle', showWhole, true); // It does not bubble.
  document.addEventListener('pointerdown', leave);
  document.addEventListener('focusin', leave);
}
