/** Written by dev/build.ts before anything bundles or runs the Worker. */
declare module '*/dist/assets.json' {
  const assets: Record<string, string>;
  export default assets;
}
