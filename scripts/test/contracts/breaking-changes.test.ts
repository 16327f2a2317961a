// A change that breaks clients of a released interface is named in the changelog, or does not pass.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findBreakingChanges, unnamedIn } from '../../lib/breaking-changes.mjs';
import { repoRoot } from '../../lib/repo.mjs';
import { requiredProgram } from '../../lib/required-program.mjs';

const SERVICES = ['waiting-room', 'checkout-api', 'admin-ui/server'];
const RELEASE = 'UPDATE_RELEASED=1 npm test -- scripts/test/contracts';
const changelog = readFileSync(join(repoRoot, 'CHANGELOG.md'), 'utf8');
const current = (service: string) => join(repoRoot, service, 'openapi.json');
const released = (service: string) => join(repoRoot, service, 'openapi.released.json');

test.for(SERVICES)(
  '%s breaks no client of its last release unless the changelog says so',
  async (service, context) => {
    const oasdiff = requiredProgram('OASDIFF_PATH', context);
    if (process.env.UPDATE_RELEASED === '1')
      writeFileSync(
        released(service),
        `${JSON.stringify(JSON.parse(readFileSync(current(service), 'utf8')))}\n`,
      );
    const changes = await findBreakingChanges(oasdiff, released(service), current(service));
    expect(
      unnamedIn(changes, changelog),
      `mend them, or put these lines under "### Breaking" of CHANGELOG.md (with a release: ${RELEASE})`,
    ).toEqual([]);
  },
);

// biome-ignore lint/suspicious/noExplicitAny: the plants reach deep into a description
type Description = any;

const PLANTED: Record<string, { plant: (description: Description) => void; at: string }> = {
  'a path that is gone': {
    plant: ({ paths }) => delete paths['/v1/drops/{drop}/draw'],
    at: 'GET /v1/drops/{drop}/draw',
  },
  'a method that is gone': {
    plant: ({ paths }) => delete paths['/v1/drops/{drop}/ticket'].delete,
    at: 'DELETE /v1/drops/{drop}/ticket',
  },
  'a field of an answer that is gone': {
    plant({ paths }) {
      const { schema } = paths['/v1/drops/{drop}/pulse'].get.responses['200'].content['application/json'];
      delete schema.properties.phase;
      schema.required = schema.required.filter((name: string) => name !== 'phase');
    },
    at: 'GET /v1/drops/{drop}/pulse',
  },
  'a field of a body that has to be there now': {
    plant({ paths }) {
      const { schema } = paths['/v1/drops/{drop}/capacity'].post.requestBody.content['application/json'];
      schema.properties.why = { type: 'string' };
      schema.required = [...(schema.required ?? []), 'why'];
    },
    at: 'POST /v1/drops/{drop}/capacity',
  },
  'a value of a body that is refused now': {
    plant({ paths }) {
      const { schema } =
        paths['/v1/drops/{drop}/sessions/ended'].post.requestBody.content['application/json'];
      schema.properties.sessions.items.properties.reason.enum.pop();
    },
    at: 'POST /v1/drops/{drop}/sessions/ended',
  },
  'a parameter that has to be there now': {
    plant: ({ paths }) =>
      paths['/v1/drops/{drop}/draw'].get.parameters.push({
        ...{ name: 'language', in: 'query', required: true, schema: { type: 'string' } },
      }),
    at: 'GET /v1/drops/{drop}/draw',
  },
};

test.for(Object.entries(PLANTED))('found, and asked to be named: %s', async ([, { plant, at }], context) => {
  const oasdiff = requiredProgram('OASDIFF_PATH', context);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-contract-'));
  try {
    const description = JSON.parse(readFileSync(current('waiting-room'), 'utf8'));
    plant(description);
    const planted = join(folder, 'planted.json');
    writeFileSync(planted, JSON.stringify(description));
    const changes = await findBreakingChanges(oasdiff, current('waiting-room'), planted);
    expect(unnamedIn(changes, '## Unreleased\n')).toEqual([expect.stringContaining(`\`${at}\``)]);
    const named = `# Changelog\n\n## Unreleased\n\n### Breaking\n\n- \`${at}\`: it had to be.\n`;
    expect(unnamedIn(changes, named)).toEqual([]);
    expect(unnamedIn(changes, named.replace('## Unreleased', '## Unreleased\n\n## 1.0.0'))).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
