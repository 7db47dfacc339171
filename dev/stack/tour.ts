/** The steps of the README's tour, a line of Markdown each. */
export function tourSteps(readme: string): string[] {
  const [, section = ''] =
    /^## A tour of five minutes\n([\s\S]*?)(?=^## |\n`npm run demo`)/m.exec(readme) ?? [];
  const steps = section.split(/^\d+\. /m).slice(1);
  return steps.map((step) => step.trim().replace(/\s+/g, ' '));
}
