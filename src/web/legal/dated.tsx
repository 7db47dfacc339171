import { dayWords } from '../clock.ts';

/** When the words of a page changed last; a test holds that whoever changes them changes it. */
export function Dated({ changed }: { changed: string }) {
  return (
    <p class="soft small">
      Last changed on <time datetime={changed}>{dayWords(changed)}</time>.
    </p>
  );
}
