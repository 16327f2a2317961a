// @ts-check
// The table a newcomer reads after `npm start`.

import { join } from 'node:path';

/**
 * @param {{ stack: import('./stack.mjs').Stack, drop: string, opensAt: Date, shoppers: number, ownerLink: string | undefined }} what
 *   `shoppers` simulated ones are on their way; `ownerLink` is good once
 */
export function printAddresses({ stack, drop, opensAt, shoppers, ownerLink }) {
  const { admin, storefront, rooms, checkouts } = stack;
  const [room] = rooms;
  const operatorKey = join(stack.keysDir, 'operator-key');
  /** @type {[name: string, address: string, remark: string][]} */
  const rows = [
    ['Shop', `${storefront?.url}/`, 'sends you to the waiting room'],
    ['Waiting page', `${room?.url}/w/${drop}`, ''],
    ['Pulse of the queue', `${room?.url}/v1/drops/${drop}/pulse`, ''],
    // As its links say it: cookies and previews belong to one name.
    [
      'Control plane',
      `${admin?.url.replace('127.0.0.1', 'localhost')}/`,
      ownerLink ? 'after the first owner has set a password' : '',
    ],
    ['Admin API', `${admin?.url}/api/v1/drops`, `-H "Authorization: Bearer $(cat ${operatorKey})"`],
    ...(ownerLink
      ? [/** @type {[string, string, string]} */ (['First owner', ownerLink, 'sets a password; good once'])]
      : []),
    ['API docs', `${room?.url}/docs`, 'waiting room'],
    ['', `${checkouts[0]?.internalUrl}/docs`, 'checkout; its public routes are behind the admission'],
    ['', `${admin?.url}/docs`, 'admin'],
    ...[...rooms, ...checkouts, admin].map(
      (service, index) =>
        /** @type {[string, string, string]} */ ([
          index === 0 ? 'Metrics' : '',
          `${service?.internalUrl}/metrics`,
          service?.name ?? '',
        ]),
    ),
    ['Logs', stack.logDir, 'JSON lines, a file per service'],
  ];
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const addressWidth = Math.max(...rows.map(([, address]) => address.length));
  const table = rows.map(([name, address, remark]) =>
    `  ${name.padEnd(nameWidth)}  ${address.padEnd(addressWidth)}  ${remark}`.trimEnd(),
  );
  const firstRun = process.env.SLUICE_FIRST_RUN
    ? 'first run, dependencies included'
    : 'dependencies were there';
  const opensInSeconds = Math.max(0, Math.round((opensAt.getTime() - Date.now()) / 1000));
  process.stdout.write(
    [
      '',
      `Ready in ${secondsSinceCommand().toFixed(1)} s (${firstRun}).`,
      '',
      ...table,
      '',
      `The sample drop "${drop}" opens in ${opensInSeconds} s${shoppers ? `; ${shoppers} simulated shoppers come too` : ''}.`,
      'Ctrl-C stops everything; data stays.',
      '',
      '',
    ].join('\n'),
  );
}

/** The command may have begun in another process, on another Node. */
function secondsSinceCommand() {
  const startedAt = Number(process.env.SLUICE_STARTED_AT ?? performance.timeOrigin);
  return (Date.now() - startedAt) / 1000;
}
