// @ts-check
// Next.js for the test that runs its middleware: installed by npm into .sluice, where it is in nobody's way. It is 320 MB
// with its compiler, and no part of what Sluice ships, so it is no dependency in the lockfile.

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { dataRoot } from './repo.mjs';
import { runCommand } from './run-command.mjs';

const NEXT = '16.4.6';
const REACT = '19.3.1';
/** The compiler of each platform is a package of its own; the other optional packages (images) are not wanted. */
const COMPILERS = {
  'linux-x64': '@next/swc-linux-x64-gnu',
  'linux-arm64': '@next/swc-linux-arm64-gnu',
  'darwin-x64': '@next/swc-darwin-x64',
  'darwin-arm64': '@next/swc-darwin-arm64',
};

/**
 * @param {(text: string) => void} note
 * @returns {Promise<string>} a folder with Next.js in its `node_modules`; applications go into folders below it
 */
export async function provisionNext(note) {
  const given = process.env.NEXT_PATH;
  const folder = given || join(dataRoot, 'bin', `next-${NEXT}`);
  if (existsSync(join(folder, 'node_modules', 'next'))) {
    note(folder);
    return folder;
  }
  const compiler = COMPILERS[/** @type {keyof typeof COMPILERS} */ (`${process.platform}-${process.arch}`)];
  if (given || !compiler)
    throw new Failure(
      `Next.js is missing: set NEXT_PATH to a folder in which "npm install next@${NEXT} react@${REACT} react-dom@${REACT}" was run.`,
    );
  const partial = `${folder}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  const dependencies = { next: NEXT, react: REACT, 'react-dom': REACT, [compiler]: NEXT };
  writeFileSync(
    join(partial, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies }),
  );
  const { code, output } = await runCommand(
    'npm',
    ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: partial, env: outsideThisPackage() },
  );
  if (code !== 0) {
    rmSync(partial, { recursive: true, force: true });
    throw new Failure(`Next.js could not be installed: ${output.split('\n').at(-1)}`);
  }
  if (!existsSync(folder)) renameSync(partial, folder);
  note(`${folder} (installed with npm)`);
  return folder;
}

/** npm tells what it runs which package it runs for: this one is another. */
function outsideThisPackage() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(?:package|lifecycle|command|config_(?:local_prefix|workspace))/.test(name),
    ),
  );
}
