/**
 * Node's own crypto, where this runs on it: Web Crypto hands every call to a thread and back, which costs more than a digest
 * does and as much again as a signature takes (measured: 14 of 15 µs, 40 of 110 µs). Undefined at the edge.
 */
export const nodeCrypto = findNodeCrypto();

function findNodeCrypto(): typeof import('node:crypto') | undefined {
  try {
    return globalThis.process?.getBuiltinModule?.('node:crypto');
  } catch {
    // The edge runtime of Next.js has the function, and throws when it is called.
    return undefined;
  }
}
