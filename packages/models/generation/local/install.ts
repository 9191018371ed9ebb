/**
 * Installs node-llama-cpp beside the local provider, by its own lock file: `npm run -s local-model:install`. Without
 * its optional packages, of which those for graphics cards have 600 MB, but with the binary of this machine.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BINARIES: Record<string, string> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'mac-x64',
  'darwin-arm64': 'mac-arm64-metal',
  'win32-x64': 'win-x64',
  'win32-arm64': 'win-arm64',
};

const folder = fileURLToPath(new URL('./runtime/', import.meta.url));
const manifest = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
const version = manifest.dependencies['node-llama-cpp'] as string;
const binary = BINARIES[`${process.platform}-${process.arch}`];
if (binary === undefined) {
  console.error(
    `There is no binary of node-llama-cpp ${version} for ${process.platform} on ${process.arch}.`,
  );
  process.exit(1);
}
const args = [
  'install',
  '--prefix',
  folder,
  '--no-save',
  '--omit=optional',
  '--ignore-scripts',
  '--loglevel=error',
];
const { status, error } = spawnSync('npm', [...args, `@node-llama-cpp/${binary}@${version}`], {
  stdio: ['ignore', 'ignore', 'inherit'],
  shell: process.platform === 'win32',
});
if (error) console.error(`npm: ${error.message}`);
if (status === 0) console.log(`node-llama-cpp ${version} (${binary}): ready in ${folder}node_modules`);
process.exitCode = status ?? 1;
