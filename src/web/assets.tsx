import list from '../../dist/assets.json';

const paths: Record<string, string> = list;

/** The path of a file that browsers load, with its hash. @throws Error for one that was not built */
export function asset(name: string): string {
  const path = paths[name];
  if (!path) throw new Error(`No such asset: ${name}`);
  return path;
}

/** The pages' own letters, as far as English needs them. */
export const fontPath = (): string => asset('atkinson-next-latin.woff2');

/** Has the letters fetched beside the style that asks for them, so that no page is written in others first. */
export function FontPreload() {
  return <link rel="preload" href={fontPath()} as="font" type="font/woff2" crossorigin="" />;
}
