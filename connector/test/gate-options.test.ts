import { describe, expect, test } from 'vitest';
import { readGateSettings } from '../src/gate/gate-options.ts';
import { copyOf } from './support/copy-of.ts';

const GOOD = [
  '--room',
  'https://room.example',
  '--shop',
  'https://shop.example',
  '--protect',
  '/buy=sneaker-1',
];

describe('the gate’s options', () => {
  test('listen on loopback unless told otherwise', () => {
    expect(readGateSettings(GOOD, {})).toMatchObject({
      settings: { listen: { host: '127.0.0.1', port: 9480 } },
    });
    expect(readGateSettings([...GOOD, '--listen', 'unix:/run/gate.sock'], {})).toMatchObject({
      settings: { listen: { path: '/run/gate.sock' } },
    });
    expect(readGateSettings([...GOOD, '--listen', '[::1]:80'], {})).toMatchObject({
      settings: { listen: { host: '::1', port: 80 } },
    });
  });

  test('come from the environment too; a flag goes before it', () => {
    const environment = {
      SLUICE_ROOM: 'https://room.example',
      SLUICE_SHOP: 'https://shop.example',
      SLUICE_PROTECT: '/buy=sneaker-1, /vip=vip-1',
      SLUICE_LISTEN: '127.0.0.1:1',
    };
    expect(readGateSettings(['--listen', '127.0.0.1:2'], environment)).toMatchObject({
      settings: { listen: { port: 2 } },
    });
  });

  test('faults are told all at once', () => {
    const args = ['--shop', 'http://shop.example', '--protect', '/buy', '--listen', 'nowhere'];
    expect(readGateSettings(args, {})).toEqual({
      faults: [
        '--room (SLUICE_ROOM) is missing: the public origin of the waiting room',
        '--protect /buy must be PATH=DROP, such as /buy=sneaker-1',
        '--listen nowhere must be HOST:PORT or unix:/PATH',
        'publicUrl must be an https origin (http only on a loopback host)',
      ],
    });
  });

  test.each([
    [['--protect', '/buy=a', '--protect', '/buy=b'], '--protect names /buy twice'],
    [['--protect', 'buy=a'], '--protect buy=a must be PATH=DROP, such as /buy=sneaker-1'],
    [['--protect', '/buy=Not A Drop'], '--protect /buy=Not A Drop must be PATH=DROP, such as /buy=sneaker-1'],
    [['--protect', '/b/../c=a'], 'the path rule "/b/../c" must be a plain path that begins with a slash'],
    [
      ['--listen', '127.0.0.1:99999', '--protect', '/buy=a'],
      '--listen 127.0.0.1:99999 must be HOST:PORT or unix:/PATH',
    ],
  ])('%j is refused', (args, fault) => {
    expect(readGateSettings([...GOOD.slice(0, 4), ...args], {})).toEqual({ faults: [fault] });
  });

  test('what to do while the room is down is said per drop, closed unless told otherwise', () => {
    const args = [...GOOD, '--protect', '/vip=vip-1', '--protect', '/c=c-1', '--when-down', 'vip-1=metered'];
    const more = [
      '--when-down',
      'c-1=open',
      '--when-down',
      'sneaker-1=closed',
      '--room-internal',
      'http://10.0.0.1:80',
    ];
    expect(readGateSettings([...args, ...more], { SLUICE_SERVICE_TOKEN: 's' })).toMatchObject({
      settings: {
        down: {
          drops: new Map([
            ['vip-1', 'metered'],
            ['c-1', 'open'],
          ]),
          room: 'http://10.0.0.1',
          serviceToken: 's',
        },
      },
    });
    const closed = readGateSettings(GOOD, {});
    expect(closed).toMatchObject({ settings: { down: { drops: new Map(), room: 'https://room.example' } } });
  });

  test.each([
    [['sneaker-1=shut'], '--when-down sneaker-1=shut must be DROP=closed, DROP=open or DROP=metered'],
    [['sneaker-1'], '--when-down sneaker-1 must be DROP=closed, DROP=open or DROP=metered'],
    [['other=open'], '--when-down other=open names a drop that --protect does not'],
    [['sneaker-1=open', 'sneaker-1=closed'], '--when-down names sneaker-1 twice'],
    [['sneaker-1=metered'], 'SLUICE_SERVICE_TOKEN is missing: a metered drop leases from the room'],
  ])('--when-down %j is refused', (texts, fault) => {
    const args = texts.flatMap((text) => ['--when-down', text]);
    expect(readGateSettings([...GOOD, ...args], {})).toEqual({ faults: [fault] });
  });

  test.each(['nowhere', 'ftp://room.example', 'https://room.example/path'])(
    '--room-internal %s is refused',
    (text) => {
      expect(readGateSettings([...GOOD, '--room-internal', text], {})).toEqual({
        faults: [`--room-internal ${text} must be an http or https origin`],
      });
    },
  );

  test('4.4: rehearsals are taken where that is said, by flag or environment', async () => {
    const link = new Request(
      `https://shop.example/.sluice/rehearsal?${new URLSearchParams({ drop: copyOf('sneaker-1'), pass: 'a.b', to: '/buy' })}`,
    );
    const answerTo = async (args: readonly string[], environment: Record<string, string>) => {
      const read = readGateSettings([...GOOD, ...args], environment);
      return 'settings' in read ? (await read.settings.connector.handle(link))?.status : read.faults;
    };
    expect(await answerTo([], {})).toBeUndefined();
    expect(await answerTo(['--rehearsals'], {})).toBe(303);
    expect(await answerTo([], { SLUICE_REHEARSALS: 'on' })).toBe(303);
    expect(await answerTo([], { SLUICE_REHEARSALS: 'yes' })).toEqual([
      'SLUICE_REHEARSALS must be on or off, not yes',
    ]);
  });

  test('an unknown flag is refused by its name', () => {
    expect(readGateSettings([...GOOD, '--proxy', 'x'], {})).toMatchObject({
      faults: [expect.stringContaining('--proxy')],
    });
  });
});
