/** Makes access codes as the control plane does (ADR 0112), and drops that ask for them. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { type CodeBatch, spellingOf } from '../../src/domain/access-code.ts';
import { dropKeys } from '../../src/queue/keys.ts';
import { createDrop, type DropSetup } from './drop.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const mac = (key: string, use: string, bytes: Buffer) =>
  createHmac('sha256', Buffer.from(key, 'base64url')).update(`${use}\0`).update(bytes).digest();

export function makeCode(key: string, batch: number, number: number): string {
  const head = Buffer.alloc(4);
  head.writeUInt8(batch, 0);
  head.writeUIntBE(number, 1, 3);
  const seal = mac(key, 'seal', head).subarray(0, 6);
  const mask = mac(key, 'mask', seal);
  const bytes = Buffer.concat([Buffer.from(head.map((byte, at) => byte ^ (mask[at] as number))), seal]);
  let bits = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let i = 0; i < 16; i++) {
    text = ALPHABET[Number(bits & 31n)] + text;
    bits >>= 5n;
  }
  return text.replaceAll(/(.{4})(?=.)/g, '$1-');
}

export const wordDigest = (key: string, word: string): string =>
  mac(key, 'word', Buffer.from(spellingOf(word))).toString('base64url', 0, 16);

export const newCodeKey = (): string => randomBytes(32).toString('base64url');

export const batchOf = (change: Partial<CodeBatch> = {}): CodeBatch => ({
  ...{ number: 1, kind: 'access', count: 10, usesMax: 1, wordDigest: null },
  ...change,
});

/** Its policy asks for a code unless said otherwise. */
export async function createCodedDrop(
  redis: Redis,
  {
    key = newCodeKey(),
    batches = [batchOf()],
    isRequired = true,
    ...setup
  }: DropSetup & {
    readonly key?: string;
    readonly batches?: readonly CodeBatch[];
    readonly isRequired?: boolean;
  } = {},
): Promise<{ drop: string; key: string; codeOf: (number: number, batch?: number) => string }> {
  const policy = { codes: isRequired ? 'on' : 'off', ...setup.policy };
  const page = { ...setup.page, codes: { key, batches } };
  const drop = await createDrop(redis, { ...setup, policy, page });
  return { drop, key, codeOf: (number, batch = 1) => makeCode(key, batch, number) };
}

/** Uses as Redis has them: of batches, codes and tickets. */
export const usesOf = (redis: Redis, drop: string): Promise<Record<string, string>> =>
  redis.hgetall(dropKeys(drop).uses);
