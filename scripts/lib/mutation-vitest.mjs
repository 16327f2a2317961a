// @ts-check
// The words of vitest that the connector's core tests use, for the process that plants faults (mutation-worker.mjs).

import { setTimeout as pause } from 'node:timers/promises';
import { expect as real } from 'vitest';

/** @type {Map<string, string | undefined>} */
const stubbed = new Map();
export const vi = {
  /** @param {string} name @param {string} value */
  stubEnv(name, value) {
    if (!stubbed.has(name)) stubbed.set(name, process.env[name]);
    process.env[name] = value;
  },
  unstubAllEnvs() {
    for (const [name, value] of stubbed) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    stubbed.clear();
  },
  /** Modules that are imported from now on are made anew. */
  resetModules() {
    /** @type {any} */ (globalThis).sluiceResets += 1;
  },
  /** @param {any} owner @param {string} name */
  spyOn(owner, name) {
    const original = owner[name];
    let calls = 0;
    const spy = {
      /** @param {(...args: any[]) => unknown} act */
      mockImplementation(act) {
        owner[name] = (/** @type {any[]} */ ...args) => {
          calls += 1;
          return act(...args);
        };
        return spy;
      },
      /** @param {unknown} value */
      mockReturnValue: (value) => spy.mockImplementation(() => value),
      mockRestore() {
        owner[name] = original;
      },
      wasCalled: () => calls > 0,
    };
    return spy;
  },
};

/** @returns {import('./mutation-worker.mjs').Suite} */
const suite = () => /** @type {any} */ (globalThis).sluiceSuite;

const POLL_MS = 3000;

/** vitest's own needs its runner. @param {() => unknown} read */
function poll(read) {
  return {
    /** @param {unknown} value */
    async toBe(value) {
      const ends = performance.now() + POLL_MS;
      while ((await read()) !== value && performance.now() < ends) await pause(5);
      real(await read()).toBe(value);
    },
  };
}

/** @param {any[]} args */
export const expect = (...args) => {
  const [value] = args;
  if (typeof value?.wasCalled === 'function')
    return { toHaveBeenCalled: () => real(value.wasCalled()).toBe(true) };
  return /** @type {any} */ (real)(...args);
};
Object.assign(expect, real, { poll });

/** Runs programs of other languages, not this code. */
const ELSEWHERE = /recipe/;
let prefix = '';

/** @param {string} name @param {any} row @param {number} index */
const title = (name, row, index) => `${name} [${index}] ${String(row)}`;

/** @param {string} name @param {any} options @param {any} [body] */
function register(name, options, body) {
  const run = typeof options === 'function' ? options : body;
  if (ELSEWHERE.test(prefix + name)) return;
  suite().cases.push({ name, run: () => run({ skip() {} }) });
}

export const test = Object.assign(register, {
  /** @param {readonly any[]} rows */
  each: (rows) => (/** @type {string} */ name, /** @type {any} */ options, /** @type {any} */ body) => {
    const run = typeof options === 'function' ? options : body;
    for (const [index, row] of rows.entries())
      register(title(name, row, index), () => run(...(Array.isArray(row) ? row : [row])));
  },
  /** @param {readonly any[]} rows */
  for: (rows) => (/** @type {string} */ name, /** @type {any} */ options, /** @type {any} */ body) => {
    const run = typeof options === 'function' ? options : body;
    for (const [index, row] of rows.entries())
      register(title(name, row, index), () => run(row, { skip() {} }));
  },
});

/** @param {string} name @param {() => void} body */
function group(name, body) {
  const outer = prefix;
  prefix += `${name} `;
  body();
  prefix = outer;
}

export const describe = Object.assign(group, {
  /** @param {readonly any[]} rows */
  each: (rows) => (/** @type {string} */ name, /** @type {any} */ body) => {
    for (const [index, row] of rows.entries())
      group(title(name, row, index), () => body(...(Array.isArray(row) ? row : [row])));
  },
});

/** @param {() => unknown} act */
export const beforeAll = (act) => void suite().before.push(act);
/** @param {() => unknown} act */
export const beforeEach = (act) => void suite().beforeEach.push(act);
/** @param {() => unknown} act */
export const afterAll = (act) => void suite().after.push(act);
/** @param {() => unknown} act */
export const afterEach = (act) => void suite().afterEach.push(act);
