import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chainHash, GENESIS } from '../../src/domain/audit-chain.ts';
import { type CheckedEntry, createAuditCheck } from '../../src/domain/audit-check.ts';
import { createAuditKeys, type SignedHead } from '../../src/domain/audit-keys.ts';

const keys = createAuditKeys(Buffer.alloc(32, 1).toString('base64url'));
const strangersKeys = createAuditKeys(Buffer.alloc(32, 2).toString('base64url'));

const anyContent = fc.record({
  at: fc.constantFrom('2026-11-24T10:00:00.000001Z', '2026-11-24T10:00:01.000000Z'),
  actor: fc.string(),
  act: fc.constantFrom('drop.pause', 'rate.change'),
  drop: fc.option(fc.string(), { nil: null }),
  before: fc.jsonValue(),
  after: fc.jsonValue(),
  reason: fc.option(fc.string(), { nil: null }),
});

type Content = Omit<CheckedEntry, 'seq' | 'hash' | 'seal'>;

/** A log as the control plane writes it, or as somebody does who knows how but has other keys. */
function written(contents: Content[], sealing = keys): CheckedEntry[] {
  let hash: Uint8Array = GENESIS;
  return contents.map((content, at) => {
    const entry = { seq: at + 1, ...content };
    hash = chainHash(hash, entry);
    return { ...entry, hash, seal: sealing.seal(hash) };
  });
}

function headOf(entries: CheckedEntry[], signing = keys): SignedHead {
  const last = entries.at(-1);
  const hash = Buffer.from(last?.hash ?? GENESIS).toString('hex');
  return signing.signHead({ seq: last?.seq ?? 0, hash, at: '2026-11-24T10:01:00.000Z' });
}

/** Kinds of what is found, when the database's own note of the end fits its last entry. */
function found(entries: CheckedEntry[], heads: SignedHead[] = []): string[] {
  const check = createAuditCheck(keys, heads);
  check.see(entries);
  const last = entries.at(-1);
  return check.end({ seq: last?.seq ?? 0, hash: last?.hash ?? GENESIS }).map(({ kind }) => kind);
}

const anyLog = fc.array(anyContent, { minLength: 4, maxLength: 12 }).map((contents) => written(contents));
const anyPlace = fc.nat({ max: 2 });

test('a log that nobody has touched is intact, with and without its signed heads', () => {
  fc.assert(
    fc.property(anyLog, (log) => {
      const heads = log.map((_, at) => headOf(log.slice(0, at + 1)));
      expect(found(log, [headOf([]), ...heads])).toEqual([]);
      expect(found(log)).toEqual([]);
    }),
  );
  expect(found([])).toEqual([]);
});

test('an entry that was edited is found, in whatever member, also when its hash was made to fit', () => {
  fc.assert(
    fc.property(
      anyLog,
      anyPlace,
      anyContent,
      fc.constantFrom('actor', 'act', 'drop', 'before', 'after', 'reason', 'at'),
      (log, at, other, member) => {
        const entry = log[at] as CheckedEntry;
        const value = other[member as keyof typeof other];
        fc.pre(JSON.stringify(value) !== JSON.stringify(entry[member as keyof Content]));
        const edited = { ...entry, [member]: value };
        expect(found(log.with(at, edited))).toContain('altered');
        const hash = chainHash(log[at - 1]?.hash ?? GENESIS, edited);
        expect(found(log.with(at, { ...edited, hash }))).toContain('not-sealed');
      },
    ),
  );
});

test('an entry that was removed is found: in the middle, renumbered or not, and at the end by a signed head', () => {
  fc.assert(
    fc.property(anyLog, anyPlace, (log, at) => {
      const without = log.toSpliced(at, 1);
      expect(found(without)).toContain('missing');
      const renumbered = without.map((entry, index) => ({ ...entry, seq: index + 1 }));
      expect(found(renumbered)).toContain('altered');
      expect(found(log.slice(0, -1), [headOf(log)])).toEqual(['cut-off']);
      expect(found([], [headOf(log)])).toEqual(['cut-off']);
    }),
  );
});

test('an entry that was inserted is found, even when the whole chain after it was made anew', () => {
  fc.assert(
    fc.property(anyLog, anyPlace, anyContent, (log, at, content) => {
      const contents = log.map(({ seq: _, hash: __, seal: ___, ...rest }) => rest);
      const remade = written(contents.toSpliced(at, 0, content), strangersKeys);
      expect(found(remade)).toContain('not-sealed');
      // Seals copied from where they were: none of them fits another entry.
      const copied = remade.map((entry, index) => ({ ...entry, seal: log[index]?.seal ?? entry.seal }));
      expect(found(copied)).toContain('not-sealed');
      expect(found(remade, [headOf(log)])).toContain('rewritten');
      expect(
        found([...log, ...written([content], strangersKeys).map((one) => ({ ...one, seq: log.length + 1 }))]),
      ).toContain('altered');
    }),
  );
});

test('two entries that were swapped are found', () => {
  fc.assert(
    fc.property(anyLog, anyPlace, (log, at) => {
      const [one, other] = [log[at] as CheckedEntry, log[at + 1] as CheckedEntry];
      fc.pre(JSON.stringify({ ...one, seq: 0 }) !== JSON.stringify({ ...other, seq: 0 }));
      const swapped = log.with(at, { ...other, seq: one.seq }).with(at + 1, { ...one, seq: other.seq });
      expect(found(swapped)).toContain('altered');
    }),
  );
});

test('a head that a stranger has signed, or that was altered, is found and believed in nothing', () => {
  const log = written(
    [1, 2, 3].map((n) => ({ at: '', actor: 'a', act: 'b', drop: null, before: n, after: n, reason: null })),
  );
  expect(found(log, [headOf(log, strangersKeys)])).toEqual(['head-not-signed']);
  expect(found(log, [{ ...headOf(log), seq: 9 }])).toEqual(['head-not-signed']);
});
