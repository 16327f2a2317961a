// @ts-check
// The order in which test files are handed to the workers. A file of minutes that begins last leaves the other worker
// idle for as long; without earlier runs to learn from (a clean clone), vitest goes by size, which says little.

import { BaseSequencer } from 'vitest/node';

/** Beginnings of paths, the longest first; measured on two cores. A file that is missing here costs time, nothing else. */
const LONGEST = [
  // Of the browser layer: two minutes in which a shopper only waits.
  'examples/storefront/test/browser/whole-way',
  'waiting-room/test/browser/page',
  'admin-ui/web/test/browser/every-page',
  'waiting-room/test/healing/',
  'scripts/test/start/',
  'waiting-room/test/http/stream',
  'waiting-room/test/http/shopper-routes',
  'admin-ui/server/test/http/outages',
  'checkout-api/test/faults/',
  'checkout-api/test/process/',
  'admin-ui/server/test/process/',
];

/** The longest first, then as vitest would. */
export default class LongFilesFirst extends BaseSequencer {
  /**
   * @param {import('vitest/node').TestSpecification[]} files
   * @returns {Promise<import('vitest/node').TestSpecification[]>}
   * @override
   */
  async sort(files) {
    const sorted = await super.sort(files);
    const root = this.ctx.config.root;
    return sorted
      .map((file) => ({ file, rank: rankOf(file.moduleId.slice(root.length + 1)) }))
      .sort((one, other) => one.rank - other.rank)
      .map(({ file }) => file);
  }
}

/** @param {string} path from the root of the tree */
function rankOf(path) {
  const rank = LONGEST.findIndex((beginning) => path.startsWith(beginning));
  return rank < 0 ? LONGEST.length : rank;
}
