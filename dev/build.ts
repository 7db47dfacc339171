import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { writeApiDocs } from './api-docs.ts';
import { readIfThere } from './read-if-there.ts';

const ROOT = path.join(import.meta.dirname, '..');
const ASSETS = path.join(ROOT, 'dist/public/assets');

/** What browsers load; each becomes one hashed file. */
const ENTRIES = {
  portal: 'src/client/portal/main.ts',
  style: 'src/web/styles/portal.css',
  icon: 'src/web/icon.svg',
};

/**
 * Cloudflare's rules for files served without the Worker (developers.cloudflare.com/workers/static-assets/headers):
 * a hashed name never changes its content; the API's description has the headers of our pages, and may be read by
 * explorers elsewhere.
 */
const HEADERS = `/assets/*
  Cache-Control: public, max-age=31536000, immutable
  X-Content-Type-Options: nosniff
/openapi.json
  Access-Control-Allow-Origin: *
  X-Content-Type-Options: nosniff
/docs
  Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
  Referrer-Policy: same-origin
  X-Content-Type-Options: nosniff
`;

/** Writes a file whole or not at all, and only when it changed: another process may be reading it. */
export async function put(file: string, text: string): Promise<void> {
  if ((await readIfThere(file)) === text) return;
  await writeFile(`${file}.${process.pid}`, text);
  await rename(`${file}.${process.pid}`, file);
}

/**
 * Builds what browsers load into `dist/public`, and the list of the hashed names, which the Worker bundles,
 * into `dist/assets.json`. Takes about 0.1 s; may run while an earlier build is being served.
 * @returns the list, name to path on our origin: `portal.js`, `style.css`, `icon.svg`, the fonts
 */
export async function buildAssets(): Promise<Record<string, string>> {
  await mkdir(ASSETS, { recursive: true });
  const { metafile } = await build({
    entryPoints: ENTRIES,
    absWorkingDir: ROOT,
    outdir: ASSETS,
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    publicPath: '/assets',
    loader: { '.woff2': 'file', '.svg': 'copy' },
    bundle: true,
    minify: true,
    metafile: true,
    format: 'esm',
    target: ['es2022', 'chrome111', 'safari16.4', 'firefox113'],
    logLevel: 'warning',
  });
  const names = Object.keys(metafile.outputs).map((output) => path.basename(output));
  for (const stale of await readdir(ASSETS)) {
    if (!names.includes(stale)) await rm(path.join(ASSETS, stale), { force: true });
  }
  const assets = Object.fromEntries(
    names.sort().map((name) => [name.replace(/-[A-Z0-9]{8}(?=\.\w+$)/, ''), `/assets/${name}`]),
  );
  await put(path.join(ROOT, 'dist/public/_headers'), HEADERS);
  await put(path.join(ROOT, 'dist/assets.json'), `${JSON.stringify(assets, null, 2)}\n`);
  return assets;
}

/** Writes `openapi.json` and `docs.html` into `dist/public`. Needs the assets built before: the page has their style. */
export async function buildApiDocs(): Promise<void> {
  const { json, page } = await writeApiDocs(ROOT);
  await put(path.join(ROOT, 'dist/public/openapi.json'), json);
  await put(path.join(ROOT, 'dist/public/docs.html'), page);
}

/** Builds all that the Worker's deployment serves and bundles beside its own code. */
export async function buildAll(): Promise<void> {
  await buildAssets();
  await buildApiDocs();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildAll();
