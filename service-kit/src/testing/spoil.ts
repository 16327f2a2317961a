/** Requests made wrong, for the tests that send them to every route of a service. Apart from the rest: not every test needs fast-check. */
import fc from 'fast-check';

/** What has broken services before. @param more what means something to this service */
export function nastyValue(more: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom<unknown>(
      ...[null, true, '', ' ', '3', '\0', 'a\0b', '\ud800', '😀', '../..', "' or 1=1 --", 'a'.repeat(5000)],
      ...[0, -0, -1, 0.5, 1e300, 2 ** 31, 2 ** 53, Number.MIN_SAFE_INTEGER, 1000, [], {}, [null]],
      ...['2026-02-30T00:00:00Z', '9999-12-31T23:59:59Z', '0001-01-01T00:00:00Z', '+275760-09-13T00:00:00Z'],
      ...[{ constructor: 1 }, [[[[[[]]]]]], Array.from({ length: 2000 }, () => 1), { a: { b: { c: {} } } }],
      JSON.parse('{"__proto__": {"x": 1}}'),
      ...more,
    ),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.jsonValue({ maxDepth: 3 }),
    fc.double(),
    fc.integer(),
  );
}

/** A part of an address, encoded or not to be decoded. @param more as above */
export function nastySegment(more: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      ...['%00', '%ff', '%', '..%2f..', '%F0%9F%98%80', 'a'.repeat(3000), '0', '-1', '%20', ...more],
    ),
    fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .map((text) => encodeURIComponent(text.toWellFormed())),
  );
}

/** Of a header that has a form of its own, such as `if-match`. @param more as above */
export function nastyHeader(more: readonly string[]): fc.Arbitrary<string> {
  return fc.constantFrom(
    ...['', ' ', 'a'.repeat(4000), '"', '"99999999999999999999"', 'W/"1"', '*', '\xff', ...more],
  );
}

/** The value with one thing in it replaced, dropped or added. @param path which member at each depth; too great a number wraps */
export function spoil(value: unknown, path: readonly number[], by: unknown): unknown {
  if (path.length === 0 || typeof value !== 'object' || value === null) return by;
  const entries = Object.entries(value);
  const at = (path[0] ?? 0) % (entries.length + 2);
  const changed =
    at < entries.length
      ? entries.map(([name, member], index): [string, unknown] => [
          name,
          index === at ? spoil(member, path.slice(1), by) : member,
        ])
      : at === entries.length
        ? entries.slice(1)
        : [...entries, ['more', by] as [string, unknown]];
  return Array.isArray(value) ? changed.map(([, member]) => member) : Object.fromEntries(changed);
}
