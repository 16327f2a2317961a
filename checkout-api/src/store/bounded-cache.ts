/** A small cache with a bound on its size and on the age of what it holds. The oldest entry makes room for the newest. */

export interface BoundedCache<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

export function createBoundedCache<Value>(options: {
  sizeMax: number;
  lifetimeMs: number;
  now?: () => number;
}): BoundedCache<Value> {
  const { sizeMax, lifetimeMs, now = () => performance.now() } = options;
  const entries = new Map<string, { value: Value; until: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (now() < entry.until) return entry.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, { value, until: now() + lifetimeMs });
      if (entries.size <= sizeMax) return;
      const oldest = entries.keys().next();
      if (!oldest.done) entries.delete(oldest.value);
    },
  };
}
