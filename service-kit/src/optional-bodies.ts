// What Fastify's description leaves out: a body that may be null may be left away.

/** The part of an OpenAPI 3.1 document that is looked at: operations by path and method. */
interface Described {
  readonly paths?: Record<string, Record<string, unknown> | undefined>;
}

interface Operation {
  requestBody?: { required?: boolean; content?: Record<string, { schema?: { type?: string | string[] } }> };
}

/** Says of each request body whose schema admits null that it is not required; generators of clients go by that. */
export function markOptionalBodies<Document extends Described>(document: Document): Document {
  for (const operations of Object.values(document.paths ?? {})) {
    for (const { requestBody } of Object.values(operations ?? {}) as Operation[]) {
      const kinds = Object.values(requestBody?.content ?? {});
      if (requestBody && kinds.some(({ schema }) => schema?.type?.includes('null')))
        requestBody.required = false;
    }
  }
  return document;
}
