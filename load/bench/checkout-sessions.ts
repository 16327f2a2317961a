/** Shoppers who are inside before anything is measured: each with an admission of its own and an open checkout session. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAdmissionMaker } from '../lib/admission-tokens.ts';
import type { BenchContext } from './bench.ts';
import { requestText, saveRequests } from './client/requests.ts';
import { shopperHeaders } from './shoppers.ts';

const CONNECTIONS = 64;
const CREDENTIAL_CHARS = 43;
/** The longest a policy allows: no admission runs out during a bench. */
const TOKEN_SECONDS = 3600;

/** Opens `count` sessions over HTTP. @returns their credentials */
export async function openSessions(context: BenchContext, drop: string, count: number): Promise<string[]> {
  const { stack, client, folder, note } = context;
  const { host, port } = new URL(stack.checkouts[0]?.url ?? '');
  const admit = createAdmissionMaker(stack, drop, TOKEN_SECONDS);
  const requestsFile = join(folder, 'sessions.json');
  saveRequests(
    requestsFile,
    Array.from({ length: count }, (_, n) => {
      const { token, secret } = admit();
      const headers = {
        ...shopperHeaders(n),
        authorization: `Bearer ${token}`,
        'sluice-secret': secret,
      };
      return requestText({ method: 'POST', path: `/v1/drops/${drop}/session`, host, headers });
    }),
  );
  const file = join(folder, 'credentials');
  await client.drive({
    port: Number(port),
    connections: CONNECTIONS,
    durationMs: 300_000,
    requestsMax: count,
    expectedStatus: 201,
    requestsFile,
    collect: { file, field: 'token', length: CREDENTIAL_CHARS },
  });
  const credentials = readFileSync(file, 'latin1').split('\n').slice(0, -1);
  note(`${credentials.length.toLocaleString('en')} checkout sessions are open`);
  return credentials;
}
