/**
 * The copies of this instance on disk (Q25), so that a drop survives an instance and Redis lost at the same time. Per drop one
 * document written anew when it changed, one journal of sessions handed out and one of uses of access codes. At most a second
 * behind.
 */
import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyBaseLogger } from 'fastify';
import type { CodeUses, KeptUse } from './code-uses.ts';
import type { Copies, Copy } from './copies.ts';
import type { HandedOut, HandedOutSession } from './handed-out.ts';
import type { SpentReason } from './queue.ts';

const FLUSH_MS = 1000;
const OWNER_ONLY = 0o600;
/** Lines of a journal that wait for a disk which takes none: some 20 MB, the newest. */
const LINES_MAX = 200_000;
/** A drop's files, by their ending. */
const KINDS = ['json', 'sessions', 'uses'] as const;

export interface HealingFilesOptions {
  /** Made if it is not there. One instance, one folder. */
  readonly folder: string;
  /** 32 bytes; seals the seed, which must not lie in the open before the reveal (Q8). */
  readonly key: KeyObject;
  readonly copies: Copies;
  readonly handedOut: HandedOut;
  readonly codeUses: CodeUses;
  readonly log: FastifyBaseLogger;
}

export class HealingFiles {
  readonly #options: HealingFilesOptions;
  readonly #written = new Map<string, Copy>();
  /** What is still to be appended: by file. */
  readonly #lines = new Map<string, string[]>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #closed = false;
  #failing = false;

  constructor(options: HealingFilesOptions) {
    this.#options = options;
  }

  /** Recalls what an earlier process wrote, then keeps writing until closed. */
  async start(): Promise<void> {
    const { folder, handedOut, codeUses } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const file of await readdir(folder)) {
      if (file.endsWith('.json')) await this.#recallCopy(file.slice(0, -5));
    }
    for (const file of await readdir(folder)) {
      if (file.endsWith('.sessions')) await this.#recallSessions(file.slice(0, -9));
      if (file.endsWith('.uses')) await this.#recallUses(file.slice(0, -5));
    }
    handedOut.onChange = (drop, session) => this.#append(this.#path(drop, 'sessions'), lineOf(session));
    codeUses.onChange = (drop, use) => this.#append(this.#path(drop, 'uses'), lineOfUse(use));
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
    await this.#flush();
  }

  /** Removes the files of a drop that is archived. */
  async forget(drop: string): Promise<void> {
    this.#written.delete(drop);
    for (const kind of KINDS) {
      this.#lines.delete(this.#path(drop, kind));
      await rm(this.#path(drop, kind), { force: true });
    }
  }

  #schedule(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#flush().then(() => this.#schedule());
    }, FLUSH_MS);
    this.#timer.unref();
  }

  /** A disk that is full must not stop the line; it is said once, and what did not get there waits for the next time. */
  async #flush(): Promise<void> {
    try {
      for (const drop of this.#options.copies.drops()) await this.#writeCopy(drop);
      for (const path of [...this.#lines.keys()]) await this.#writeLines(path);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#options.log.error({ err: error }, 'healing files cannot be written');
      this.#failing = true;
    }
  }

  async #writeLines(path: string): Promise<void> {
    const lines = this.#lines.get(path) ?? [];
    this.#lines.delete(path);
    try {
      await appendFile(path, lines.join(''), { mode: OWNER_ONLY });
    } catch (error) {
      // The disk may have taken a part of it, which ends in the middle of a line.
      this.#lines.set(path, ['\n', ...lines, ...(this.#lines.get(path) ?? [])].slice(-LINES_MAX));
      throw error;
    }
  }

  async #writeCopy(drop: string): Promise<void> {
    const copy = this.#options.copies.get(drop);
    if (copy === undefined || copy === this.#written.get(drop)) return;
    const text = JSON.stringify({ ...copy, seed: copy.seed === null ? null : this.#seal(drop, copy.seed) });
    const path = this.#path(drop, 'json');
    // A reader, or a process killed here, never meets half a file.
    await writeFile(`${path}.new`, text, { mode: OWNER_ONLY });
    await rename(`${path}.new`, path);
    this.#written.set(drop, copy);
  }

  async #recallCopy(drop: string): Promise<void> {
    try {
      const copy = JSON.parse(await readFile(this.#path(drop, 'json'), 'utf8')) as Copy;
      if (isOver(copy)) return await this.forget(drop);
      this.#options.copies.recall(drop, {
        ...copy,
        seed: copy.seed === null ? null : this.#open(drop, copy.seed),
      });
    } catch (error) {
      this.#options.log.error({ err: error, drop }, 'a healing file cannot be read');
    }
  }

  async #recallSessions(drop: string): Promise<void> {
    const text = await readFile(this.#path(drop, 'sessions'), 'utf8');
    for (const line of text.split('\n')) {
      const session = sessionOf(line);
      if (session !== null) this.#options.handedOut.recall(drop, session);
    }
  }

  async #recallUses(drop: string): Promise<void> {
    const text = await readFile(this.#path(drop, 'uses'), 'utf8');
    for (const line of text.split('\n')) {
      const use = useOf(line);
      if (use !== null) this.#options.codeUses.recall(drop, use);
    }
  }

  #append(path: string, line: string): void {
    const lines = this.#lines.get(path);
    if (lines === undefined) this.#lines.set(path, [line]);
    else lines.push(line);
  }

  #path(drop: string, kind: (typeof KINDS)[number]): string {
    return join(this.#options.folder, `${drop}.${kind}`);
  }

  #seal(drop: string, seed: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#options.key, iv).setAAD(Buffer.from(drop));
    const sealed = Buffer.concat([cipher.update(seed, 'hex'), cipher.final()]);
    return Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64url');
  }

  #open(drop: string, text: string): string {
    const bytes = Buffer.from(text, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', this.#options.key, bytes.subarray(0, 12))
      .setAAD(Buffer.from(drop))
      .setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('hex');
  }
}

/** A drop that has ended needs no place back, and must not come back itself. */
function isOver({ control }: Copy): boolean {
  const closesUs = Number(control.closes_us ?? 0);
  return control.override === 'closed' || (closesUs > 0 && closesUs / 1000 < Date.now());
}

function lineOf({ number, grant, endsUs, ended }: HandedOutSession): string {
  return `${[number, grant.iat, grant.exp, grant.bind || '-', endsUs, ended ?? '-'].join(' ')}\n`;
}

/** Null for a line that a killed process left unfinished. */
function sessionOf(line: string): HandedOutSession | null {
  const [number, iat, exp, bind, endsUs, ended, more] = line.split(' ');
  if (number === undefined || ended === undefined || ended === '' || more !== undefined) return null;
  return {
    number,
    grant: { iat: Number(iat), exp: Number(exp), bind: bind === '-' ? '' : (bind as string) },
    endsUs: Number(endsUs),
    ended: ended === '-' ? null : (ended as SpentReason),
  };
}

function lineOfUse({ number, id, carriedFrom, isTold, usedUs }: KeptUse): string {
  return `${[number, id, carriedFrom || '-', isTold ? 1 : 0, usedUs, '.'].join(' ')}\n`;
}

/** Null for a line that a killed process left unfinished. */
function useOf(line: string): KeptUse | null {
  const [number, id, carriedFrom, isTold, usedUs, end] = line.split(' ');
  if (number === undefined || id === undefined || end !== '.') return null;
  return {
    number,
    id,
    carriedFrom: carriedFrom === '-' ? '' : (carriedFrom as string),
    isTold: isTold === '1',
    usedUs: Number(usedUs),
  };
}
