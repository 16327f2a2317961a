/** @param files messages by id, by file; ids are unique, which a test holds them to */
export function mergeMessages(files: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.assign({}, ...Object.values(files).map((file) => file as Record<string, string>));
}
