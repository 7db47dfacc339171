import { expect, it } from 'vitest';
import { landingStyle } from '../../src/web/landing-style.ts';

/** Relative luminance of `#rrggbb` (WCAG 2.2). */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (one: string, other: string) => {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

it('the edges of the landing page’s buttons are seen, light and dark (WCAG 1.4.11)', () => {
  const themes = landingStyle('/font.woff2').match(/:root\{[^}]*--edge[^}]*\}/g) ?? [];
  expect(themes).toHaveLength(2);
  for (const theme of themes) {
    const colour = (name: string) => new RegExp(`--${name}:(#[0-9a-f]{6})`).exec(theme)?.[1] ?? '';
    expect(contrast(colour('edge'), colour('card'))).toBeGreaterThanOrEqual(3);
  }
});
