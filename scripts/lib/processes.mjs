// @ts-check
// Starts child processes, each in a process group of its own, and leaves none behind: not after a normal end, not
// after Ctrl-C or SIGTERM, and (through a small guard process) not even when this process is killed outright.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {import('node:child_process').ChildProcess} ChildProcess
 * @typedef {{ name: string, child: ChildProcess, pid: number, stopSignal: NodeJS.Signals, graceMs: number }} Managed
 */

/** @type {Set<Managed>} in the order they were started */
const running = new Set();

/** @type {Set<() => void | Promise<void>>} */
const cleanups = new Set();

/** @type {ChildProcess | undefined} */
let guard;

/**
 * Starts a program in a process group of its own.
 * @param {string} name for messages
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions & { stopSignal?: NodeJS.Signals, graceMs?: number }} [options]
 *   `stopSignal` (SIGTERM) asks it to end; after `graceMs` (10,000) its whole group is killed.
 * @returns {Promise<Managed>}
 */
export async function startProcess(name, command, args, options = {}) {
  const { stopSignal = 'SIGTERM', graceMs = 10_000, ...spawnOptions } = options;
  const child = spawn(command, args, { stdio: 'ignore', ...spawnOptions, detached: true });
  if (child.pid === undefined) {
    const [error] = await once(child, 'error');
    throw error;
  }
  child.on('error', () => {});
  const managed = { name, child, pid: child.pid, stopSignal, graceMs };
  running.add(managed);
  tellGuard(`+${managed.pid} ${stopSignal}`);
  child.once('exit', () => {
    running.delete(managed);
    killGroup(managed.pid, 'SIGKILL'); // grandchildren a dead leader left behind
    tellGuard(`-${managed.pid}`);
  });
  return managed;
}

/**
 * Asks a process to end and waits for it; kills its group when it does not within its grace.
 * @param {Managed} managed
 */
export async function stopProcess(managed) {
  if (hasEnded(managed)) return;
  const ended = once(managed.child, 'exit');
  managed.child.kill(managed.stopSignal);
  const timer = setTimeout(() => killGroup(managed.pid, 'SIGKILL'), managed.graceMs);
  await ended;
  clearTimeout(timer);
}

/**
 * Kills a process and its group at once, as a crash would.
 * @param {Managed} managed
 */
export async function killProcess(managed) {
  if (hasEnded(managed)) return;
  const ended = once(managed.child, 'exit');
  killGroup(managed.pid, 'SIGKILL');
  await ended;
}

/**
 * @param {Managed} managed
 * @returns {boolean}
 */
export function hasEnded(managed) {
  return managed.child.exitCode !== null || managed.child.signalCode !== null;
}

/**
 * Runs `work` when this process ends in an orderly way or by a signal, before the remaining processes are stopped.
 * @param {() => void | Promise<void>} work
 */
export function onShutdown(work) {
  cleanups.add(work);
}

/** Runs the shutdown work, then stops what is still running, the youngest first (stores outlive services). */
export async function shutDown() {
  for (const work of [...cleanups].reverse()) {
    cleanups.delete(work);
    await Promise.resolve(work()).catch(() => {});
  }
  for (const managed of [...running].reverse()) await stopProcess(managed);
  guard?.stdin?.end();
}

/**
 * Runs a script's main function: SIGINT, SIGTERM, SIGHUP and the death of the process that started it shut
 * everything down; the exit code is what `main` returns, 1 after an error, 130 after Ctrl-C.
 * @param {(stopping: AbortSignal) => Promise<number | void>} main
 * @param {(error: unknown) => void} print how an error is told
 */
export async function runScript(main, print) {
  const stopping = new AbortController();
  /** @type {number | undefined} */
  let signalCode;
  const stop = (/** @type {number} */ code) => {
    if (signalCode !== undefined) return;
    signalCode = code;
    stopping.abort();
    // Work that does not heed the signal is not waited for: once its processes are gone, so are we.
    void shutDown().then(() => process.exit(code));
  };
  process.on('SIGINT', () => stop(130));
  process.on('SIGTERM', () => stop(143));
  process.on('SIGHUP', () => stop(129));
  process.on('disconnect', () => stop(143));
  let code = 1;
  try {
    code = (await main(stopping.signal)) ?? 0;
  } catch (error) {
    if (signalCode === undefined) print(error);
  }
  if (signalCode !== undefined) return; // stop() ends the process
  await shutDown();
  process.exit(code);
}

/**
 * @param {number} pid leader of the group
 * @param {NodeJS.Signals} signal
 */
function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has gone already.
  }
}

/** @param {string} line */
function tellGuard(line) {
  if (!guard) {
    const file = fileURLToPath(new URL('./process-guard.mjs', import.meta.url));
    guard = spawn(process.execPath, [file], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guard.on('error', () => {});
    guard.stdin?.on('error', () => {});
    guard.unref();
    /** @type {import('node:net').Socket | null} */ (guard.stdin)?.unref();
  }
  guard.stdin?.write(`${line}\n`);
}
