// The layer checker must be able to see: every kind of wrong import is planted once.

import { expect, test } from 'vitest';
import { findLayerFaults } from '../../lib/find-layer-faults.mjs';

const packages = {
  '@sluice/service-kit': 'service-kit',
  '@sluice/waiting-room': 'waiting-room',
  '@sluice/checkout-api': 'checkout-api',
  '@sluice/connector': 'connector',
  '@sluice/admin-server': 'admin-ui/server',
};

const faultsOf = (path: string, source: string) => findLayerFaults([{ path, source }], packages);

const wrong: [rule: string, path: string, source: string, says: string][] = [
  [
    'a layer loads nothing right of it',
    'waiting-room/src/queue/a.ts',
    "import { x } from '../routes/x.ts';",
    'queue must not load routes',
  ],
  [
    'layers of one column do not load each other',
    'checkout-api/src/store/a.ts',
    "import { x } from '../contract/x.ts';",
    'store must not load contract',
  ],
  [
    'a re-export counts as loading',
    'waiting-room/src/domain/a.ts',
    "export * from '../queue/x.ts';",
    'domain must not load queue',
  ],
  [
    'a dynamic import counts as loading',
    'waiting-room/src/plugins/a.ts',
    "const x = await import('../app.ts');",
    'plugins must not load app',
  ],
  ['domain loads no package', 'waiting-room/src/domain/a.ts', "import fastify from 'fastify';", 'it is pure'],
  [
    'domain does not read the clock',
    'waiting-room/src/domain/a.ts',
    'export const at = () => Date.now();',
    'Date.now',
  ],
  [
    'domain does not throw dice',
    'checkout-api/src/domain/a.ts',
    "import { randomBytes } from 'node:crypto';",
    'randomBytes',
  ],
  [
    'Redis is spoken to by the queue only',
    'waiting-room/src/routes/a.ts',
    "import { Redis } from 'ioredis';",
    'must not load ioredis',
  ],
  [
    'Postgres is spoken to by the store only',
    'checkout-api/src/jobs/a.ts',
    "import pg from 'pg';",
    'must not load pg',
  ],
  [
    'tokens are handled by the token files only',
    'checkout-api/src/routes/a.ts',
    "import { jwtVerify } from 'jose';",
    'must not load jose',
  ],
  [
    'no service loads another',
    'checkout-api/src/clients/a.ts',
    "import { x } from '@sluice/waiting-room/x';",
    'must not load waiting-room',
  ],
  [
    'service-kit knows no workspace',
    'service-kit/src/a.ts',
    "import { x } from '@sluice/connector';",
    'must not load connector',
  ],
  [
    'another workspace is loaded by its name',
    'checkout-api/src/app.ts',
    "import { x } from '../../connector/src/x.ts';",
    'use its package name',
  ],
  [
    'load runs no code of a service',
    'load/play/a.ts',
    "import { x } from '../../waiting-room/src/contract/x.ts';",
    'must not load waiting-room',
  ],
  [
    'load takes types from contracts only',
    'load/play/a.ts',
    "import type { X } from '../../waiting-room/src/queue/queue.ts';",
    'from its contract only',
  ],
  [
    'the admin UI runs no code of its server',
    'admin-ui/web/src/api/a.ts',
    "import { x } from '../../../server/src/contract/x.ts';",
    'must not load admin-ui/server',
  ],
  [
    'a component of the admin UI knows no page, whatever its text looks like',
    'admin-ui/web/src/ui/a.tsx',
    "import { x } from '../pages/x.tsx'; export const A = () => <p>it's {`a`}</p>;",
    'ui must not load pages',
  ],
  ['no file of a service is outside the layers', 'waiting-room/src/helpers/a.ts', '', 'is in no layer'],
];

test.each(wrong)('%s', (_rule, path, source, says) => {
  const faults = faultsOf(path, source);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(`${path}:1`);
  expect(faults[0]).toContain(says);
});

const right: [rule: string, path: string, source: string][] = [
  ['a layer loads what is left of it', 'waiting-room/src/routes/a.ts', "import { x } from '../queue/x.ts';"],
  ['a layer loads its own folder', 'waiting-room/src/queue/a.ts', "import { x } from './x.ts';"],
  [
    'types cross layers of a service freely',
    'waiting-room/src/queue/a.ts',
    "import type { X } from '../routes/x.ts';",
  ],
  [
    'load takes types from a contract',
    'load/play/a.ts',
    "import type { X } from '../../waiting-room/src/contract/x.ts';",
  ],
  [
    'the admin UI takes types from its server',
    'admin-ui/web/src/api/a.ts',
    "import type { X } from '../../../server/src/contract/x.ts';",
  ],
  [
    'tests of the admin UI run its server',
    'admin-ui/web/test/browser/a.test.ts',
    "import { x } from '../../../server/test/support/x.ts';",
  ],
  ['a test may use the drivers', 'checkout-api/test/store/a.test.ts', "import pg from 'pg';"],
  [
    'a comment is not code',
    'waiting-room/src/domain/a.ts',
    '// Date.now() would be wrong here\n * Math.random too'.replace('\n *', '\n//'),
  ],
];

test.each(right)('%s', (_rule, path, source) => {
  expect(faultsOf(path, source)).toEqual([]);
});

test('a fault is told with the line it is on', () => {
  const source = "// first\n\nimport { x } from '../app.ts';\n";
  expect(faultsOf('waiting-room/src/routes/a.ts', source)[0]).toMatch(/^waiting-room\/src\/routes\/a\.ts:3 /);
});
