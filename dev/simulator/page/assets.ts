import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { favicon } from './icons.ts';

/** A file of the page. */
export type Asset = { type: string; content: string };

/** The page's files by name, and a name for their state that goes into their addresses. */
export type Assets = { version: string; files: ReadonlyMap<string, Asset> };

/** The parts of the style sheet, in the order in which they overrule one another. */
const STYLES = [
  'tokens',
  'page',
  'controls',
  'inbox',
  'phones',
  'device',
  'conversation',
  'composer',
  'trouble',
  'narrow',
  'motion',
];

async function readStyles(folder: string): Promise<string> {
  const parts = STYLES.map((name) => readFile(path.join(folder, `${name}.css`), 'utf8'));
  return (await Promise.all(parts)).join('\n');
}

/** Reads the style sheet and bundles the script, which takes some 50 ms: done once, when first asked for. */
export async function loadAssets(): Promise<Assets> {
  const here = import.meta.dirname;
  const [style, script] = await Promise.all([
    readStyles(path.join(here, 'styles')),
    build({
      entryPoints: [path.join(here, 'client/phones.ts')],
      bundle: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      logLevel: 'silent',
    }),
  ]);
  const code = script.outputFiles[0]?.text ?? '';
  return {
    version: createHash('sha256').update(style).update(code).digest('hex').slice(0, 10),
    files: new Map([
      ['phones.css', { type: 'text/css; charset=utf-8', content: style }],
      ['phones.js', { type: 'text/javascript; charset=utf-8', content: code }],
      ['icon.svg', { type: 'image/svg+xml', content: favicon }],
    ]),
  };
}
