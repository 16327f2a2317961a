// What Fastify's description does not do by itself: a schema that has a name stands once, under it, and is referred to wherever it
// is used. Whoever reads the description, or makes a client of it, finds `Drop` and not twenty copies of what a drop is.

/** Schemas by the names they have in the description. */
export type SchemaNames = Readonly<Record<string, object>>;

/** The part of an OpenAPI 3.1 document that is looked at. */
interface Described {
  readonly paths?: object;
  readonly components?: { readonly schemas?: object };
}

/**
 * @returns the same description, with each of the named schemas that its paths use under `components.schemas`
 * @throws when a name stands for a schema that nothing in the paths uses: its name would never be seen
 */
export function nameSchemas<Document extends Described>(document: Document, names: SchemaNames): Document {
  const nameOf = new Map(Object.entries(names).map(([name, schema]) => [asDescribed(schema), name]));
  const schemas = new Map<string, unknown>();

  const refer = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    const name = nameOf.get(JSON.stringify(node));
    if (name === undefined) return referWithin(node);
    if (!schemas.has(name)) schemas.set(name, referWithin(node));
    return { $ref: `#/components/schemas/${name}` };
  };
  const referWithin = (node: object): unknown =>
    Array.isArray(node)
      ? node.map(refer)
      : Object.fromEntries(Object.entries(node).map(([key, value]) => [key, refer(value)]));

  const paths = refer(document.paths);
  const unused = Object.keys(names).filter((name) => !schemas.has(name));
  if (unused.length > 0) throw new Error(`no path has the schema called ${unused.join(', ')}`);
  const components = {
    ...document.components,
    schemas: {
      ...document.components?.schemas,
      ...Object.fromEntries([...schemas].sort(([one], [other]) => (one < other ? -1 : 1))),
    },
  };
  return { ...document, components, paths };
}

/**
 * A schema as Fastify describes it, as text: a record's members stand under `additionalProperties`, whatever their names must be, and
 * a constant is an enumeration of one.
 */
function asDescribed(schema: object): string {
  return JSON.stringify(schema, (_key, value) => {
    if (value?.patternProperties !== undefined) {
      const { patternProperties, ...others } = value;
      return { ...others, additionalProperties: Object.values(patternProperties)[0] };
    }
    if (value?.const !== undefined) {
      const { const: only, ...others } = value;
      return { ...others, enum: [only] };
    }
    return value;
  });
}
