/** Written by dev/build.ts before anything bundles or runs the Worker. */
declare module '*/dist/phone-metadata.json' {
  const metadata: unknown;
  export default metadata;
}
