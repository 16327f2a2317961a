#!/usr/bin/env node
// @ts-check
// Recomputes the draw of a drop from public data alone, and says where anything does not fit. One file, no dependency:
// read it before you trust it, then run it with Node 20 or newer:
//
//   node verify-draw.mjs https://queue.example/v1/drops/<drop>/draw [options]
//
//   --commit <hex>       the commitment you noted before the opening
//   --root <base64url>   the roster's root you noted before the seed was revealed
//   --number <number>    your ticket's public number: prints your place
//   --receipt <file>     a receipt you saved: checked against the root
//   --places <file>      writes every place as CSV
//
// What it proves: seed and roster are the ones committed to, and every place follows from them. What it cannot prove:
// that the operator did not choose which tickets exist (docs/draw.md). Exit code 0: all fits. 1: something does not. 2: could not check.

import { createHash, createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const BAND = 2 ** 48;
const LINE = /^([A-Za-z0-9_-]{43}) ([0-3]) ([1-8])$/;

/** @param {Buffer} bytes */
const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
/** @param {string} text */
const leafHash = (text) => sha256(Buffer.concat([Buffer.from([0]), Buffer.from(text)]));
/** @param {Buffer} left @param {Buffer} right */
const nodeHash = (left, right) => sha256(Buffer.concat([Buffer.from([1]), left, right]));

/** RFC 9162, 2.1. @param {Buffer[]} hashes */
function merkleRoot(hashes) {
  if (hashes.length === 0) return sha256(Buffer.alloc(0));
  let level = hashes;
  while (level.length > 1) {
    const above = [];
    for (let i = 0; i + 1 < level.length; i += 2) above.push(nodeHash(level[i], level[i + 1]));
    if (level.length % 2 === 1) above.push(level[level.length - 1]);
    level = above;
  }
  return level[0];
}

/** The root a receipt leads to (RFC 9162, 2.1.3.2). @param {{ line: string, index: number, size: number, path: string[] }} receipt */
function rootOfReceipt({ line, index, size, path }) {
  let node = leafHash(line);
  let used = 0;
  for (let at = index, last = size - 1; last > 0; at >>= 1, last >>= 1) {
    if (at === last && at % 2 === 0) continue;
    const sibling = Buffer.from(path[used++] ?? '', 'base64url');
    node = at % 2 === 1 ? nodeHash(sibling, node) : nodeHash(node, sibling);
  }
  return index < size && used === path.length ? node.toString('base64url') : '';
}

/** band × 2^48 + min over i < chances of the first 48 bits of HMAC-SHA256(seed, number ‖ byte i). @param {Buffer} seed @param {string} number @param {number} band @param {number} chances */
function drawnOrder(seed, number, band, chances) {
  let best = BAND;
  for (let i = 0; i < chances; i++) {
    const digest = createHmac('sha256', seed).update(number).update(Uint8Array.of(i)).digest();
    best = Math.min(best, digest.readUIntBE(0, 6));
  }
  return band * BAND + best;
}

/** @param {string[]} args */
function readArguments(args) {
  /** @type {Record<string, string>} */
  const options = {};
  let url = '';
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (['--commit', '--root', '--number', '--receipt', '--places'].includes(arg))
      options[arg.slice(2)] = args[++i] ?? '';
    else if (url === '' && /^https?:\/\//.test(arg)) url = arg;
    else throw new Error(`does not understand "${arg}"`);
  }
  if (url === '')
    throw new Error('needs the address of the draw: https://queue.example/v1/drops/<drop>/draw');
  return { url: url.replace(/\/+$/, ''), options };
}

/** @param {string} url */
async function fetchText(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

/** @param {string[]} args */
async function verify(args) {
  const { url, options } = readArguments(args);
  /** @type {string[]} */
  const faults = [];
  const draw = JSON.parse(await fetchText(url));
  if (draw.commit === null) throw new Error('this drop has no draw: its line is first come, first served');
  if (!draw.revealed)
    throw new Error(
      'the seed is not revealed yet; note commit (and root) now and come back after the opening',
    );
  const index = JSON.parse(await fetchText(`${url}/roster`));

  const seed = Buffer.from(draw.seed, 'hex');
  if (seed.length !== 32) faults.push('seed: is not 32 bytes');
  if (sha256(seed).toString('hex') !== draw.commit) faults.push('seed: its SHA-256 is not the commitment');
  if (options.commit && options.commit !== draw.commit)
    faults.push(`commitment: is ${draw.commit}, you noted ${options.commit}`);
  if (draw.root !== index.root) faults.push('root: draw and roster name different ones');
  if (options.root && options.root !== draw.root)
    faults.push(`root: is ${draw.root}, you noted ${options.root}`);

  const leaves = [];
  const places = [];
  let before = '';
  for (let page = 0; page < index.pageRoots.length; page++) {
    const lines = (await fetchText(`${url}/roster/${page}`)).split('\n');
    if (lines.pop() !== '') faults.push(`roster page ${page}: does not end with a newline`);
    const wanted = page < index.pageRoots.length - 1 ? index.pageLines : index.size - page * index.pageLines;
    if (lines.length !== wanted)
      faults.push(`roster page ${page}: has ${lines.length} lines instead of ${wanted}`);
    const pageLeaves = [];
    for (const [at, line] of lines.entries()) {
      const [, number, band, chances] = LINE.exec(line) ?? [];
      if (number === undefined)
        faults.push(`roster page ${page}, line ${at + 1}: "${line}" is not a roster line`);
      else {
        if (number <= before)
          faults.push(`roster page ${page}, line ${at + 1}: ${number} is out of order or there twice`);
        before = number;
        places.push({ number, order: drawnOrder(seed, number, Number(band), Number(chances)) });
      }
      pageLeaves.push(leafHash(line));
    }
    if (merkleRoot(pageLeaves).toString('base64url') !== index.pageRoots[page]) {
      faults.push(`roster page ${page}: a line was altered, removed or added (its root does not fit)`);
    }
    leaves.push(...pageLeaves);
  }
  if (leaves.length !== index.size)
    faults.push(`roster: has ${leaves.length} lines, ${index.size} were announced`);
  if (merkleRoot(leaves).toString('base64url') !== draw.root)
    faults.push('roster: its root is not the published one');

  places.sort((a, b) => a.order - b.order || (a.number < b.number ? -1 : 1));
  if (options.places) {
    const rows = places.map(({ number, order }, at) => `${at + 1},${number},${order}\n`);
    writeFileSync(options.places, `place,number,order\n${rows.join('')}`);
  }
  if (options.number) {
    const at = places.findIndex(({ number }) => number === options.number);
    if (at < 0) faults.push(`${options.number}: is not in the roster`);
    else console.log(`${options.number}: place ${at + 1} of ${places.length}`);
  }
  if (options.receipt) {
    const receipt = JSON.parse(readFileSync(options.receipt, 'utf8'));
    if (rootOfReceipt(receipt) !== draw.root) faults.push('receipt: does not lead to the published root');
    else console.log(`receipt: line ${receipt.index + 1} of ${receipt.size} is in the roster`);
  }
  for (const fault of faults) console.log(`✗ ${fault}`);
  if (faults.length === 0)
    console.log(`✓ ${places.length} places recomputed from seed and roster; commitment and root fit`);
  return faults.length === 0 ? 0 : 1;
}

process.exitCode = await verify(process.argv.slice(2)).catch((error) => {
  console.error(`verify-draw: ${error instanceof Error ? error.message : error}`);
  return 2;
});
