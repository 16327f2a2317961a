// @ts-check
// A Chromium for a test, as `npm test` has provisioned it, with everything switched off that would talk to the outside.

import { chromium } from 'playwright-core';
import { findProgram } from './run-command.mjs';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * @param {{ keepsPages?: boolean }} [options] `keepsPages`: with its back-forward cache, as people's browsers have it; Playwright switches it off
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launchChromium({ keepsPages = false } = {}) {
  const executablePath = process.env.CHROMIUM_PATH ?? findProgram(PROGRAMS);
  if (!executablePath) throw new Error('Chromium is missing: set CHROMIUM_PATH or run through `npm test`');
  const ignoreDefaultArgs = keepsPages ? ['--disable-back-forward-cache'] : [];
  return chromium.launch({ executablePath, args: FLAGS, ignoreDefaultArgs });
}
