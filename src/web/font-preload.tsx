import { asset } from './assets.ts';

/** The pages' own letters, as far as English needs them. */
export const fontPath = (): string => asset('atkinson-next-latin.woff2');

/** Has the letters fetched beside the style that asks for them, so that no page is written in others first. */
export function FontPreload() {
  return <link rel="preload" href={fontPath()} as="font" type="font/woff2" crossorigin="" />;
}
