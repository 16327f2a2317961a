/** Reads a body up to a limit: a peer must not decide how much memory is used. */

/**
 * The body as UTF-8 text, empty if there is none.
 * @throws {@link BodyTooLarge} as soon as more than `bytesMax` bytes have come; the rest is not read.
 */
export async function readText(
  body: { readonly body: ReadableStream<Uint8Array> | null },
  bytesMax: number,
): Promise<string> {
  if (!body.body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of body.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new BodyTooLarge(`more than ${bytesMax} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}
