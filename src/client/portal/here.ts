import { find, findAll, nameNodes } from './dom.ts';

/** Who of the family is here, as the socket says, shown wherever the page speaks of people. */
export class Here {
  #online = new Set<string>();
  #known = false;

  /** Everyone who is here, at once. */
  set(userIds: string[]): void {
    this.#known = true;
    this.#online = new Set(userIds);
    this.show();
  }

  /** One person came or went. */
  change(userId: string, here: boolean): void {
    if (here) this.#online.add(userId);
    else this.#online.delete(userId);
    this.show();
  }

  /** Shows it on parts of the page that came in since. */
  show(within: ParentNode = document): void {
    if (!this.#known) return;
    for (const dot of within.querySelectorAll<SVGElement>('[data-user]')) {
      dot.classList.toggle('here', this.#online.has(dot.dataset.user ?? ''));
    }
    const members = findAll('[data-here-of]', within);
    for (const member of members)
      member.textContent = this.#online.has(member.dataset.hereOf ?? '') ? 'here' : '';
    const line = find('[data-here]', within);
    if (!line) return;
    const viewer = document.documentElement.dataset.viewer;
    const others = members.filter(({ dataset }) => dataset.hereOf !== viewer);
    const present = others.filter(({ dataset }) => this.#online.has(dataset.hereOf ?? ''));
    const names = (of: HTMLElement[]) => nameNodes(of.map(({ dataset }) => dataset.name ?? ''));
    if (present.length > 0) {
      line.replaceChildren(...names(present), present.length > 1 ? ' are here' : ' is here');
    } else line.replaceChildren(others.length > 0 ? 'With ' : 'Only you', ...names(others));
  }
}
