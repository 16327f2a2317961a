/** The replies of a pipeline. @throws the first error among them, or that there are none: then nothing is known. */
export function repliesOf(replies: [Error | null, unknown][] | null): unknown[] {
  if (replies === null) throw new Error('Connection is closed');
  return replies.map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
}
