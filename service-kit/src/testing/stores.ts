/** Where the test stores are; one sentence when they are not there. */
export function storeUrl(variable: 'REDIS_URL' | 'DATABASE_URL'): string {
  const url = process.env[variable];
  if (!url)
    throw new Error(
      `${variable} is not set: run this file through \`npm test -- <file>\`, which provides the stores.`,
    );
  return url;
}
