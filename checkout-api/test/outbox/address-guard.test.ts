import type { LookupAddress } from 'node:dns';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAddressGuard } from '../../src/outbox/address-guard.ts';
import { post } from '../../src/outbox/post.ts';
import { startReceiver } from '../support/receiver.ts';

const guard = createAddressGuard();
const refusal = (url: string) => guard.refusal(new URL(url));
const answering = (...addresses: string[]) => {
  const asked: string[] = [];
  const resolve = async (name: string): Promise<LookupAddress[]> => {
    asked.push(name);
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { asked, resolve };
};

const inside = [
  '127.0.0.1',
  '127.8.9.1',
  '10.0.0.1',
  '172.16.5.5',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '192.0.2.1',
  '198.18.0.1',
  '::1',
  '::',
  'fe80::1',
  'fc00::1',
  'fd12::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::1',
  '2001::1',
  '2001:db8::1',
];

test.each(inside)('%s is no address for a webhook, written as it is or behind a name', async (address) => {
  const host = address.includes(':') ? `[${address}]` : address;
  expect(refusal(`https://${host}/`)).toMatch(/public/);
  const hidden = createAddressGuard({ resolve: answering(address).resolve });
  const call = post({ url: 'https://shop.example/', headers: {}, body: '', guard: hidden });
  await expect(call).rejects.toThrow(/public address/);
});

test('one bad address among good ones is enough', async () => {
  const hidden = createAddressGuard({ resolve: answering('93.184.215.14', '10.0.0.1').resolve });
  const call = post({ url: 'https://shop.example/', headers: {}, body: '', guard: hidden });
  await expect(call).rejects.toThrow(/public address/);
});

test('other spellings of loopback, other schemes, credentials and bare names are refused', () => {
  for (const host of [
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '[0:0:0:0:0:ffff:7f00:1]',
    'localhost',
    '127.0.0.1.',
  ])
    expect(refusal(`https://${host}/`), host).toBeDefined();
  for (const url of [
    'http://shop.example/',
    'ftp://shop.example/',
    'file:///etc/passwd',
    'gopher://shop.example/',
  ])
    expect(refusal(url), url).toMatch(/https/);
  expect(refusal('https://user:pass@shop.example/')).toMatch(/credentials/);
  expect(refusal('https://shop.example/hook?x=1')).toBeUndefined();
  expect(refusal('https://93.184.215.14/')).toBeUndefined();
});

test('no IPv4 address of a private network gets through in any of its IPv6 clothes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('10', '127', '192.168', '172.20', '169.254'),
      fc.array(fc.nat(255), { minLength: 3, maxLength: 3 }),
      (start, rest) => {
        const address = [...start.split('.'), ...rest].slice(0, 4).join('.');
        expect(refusal(`https://${address}/`)).toBeDefined();
        expect(refusal(`https://[::ffff:${address}]/`)).toBeDefined();
      },
    ),
  );
});

test('what was checked is what is dialled: a name is looked up once, whatever it would say the second time', async () => {
  const checked = await startReceiver('127.0.0.2');
  const rebound = await startReceiver('127.0.0.3', checked.port);
  let times = 0;
  const rebinding = createAddressGuard({
    allowedNetworks: ['127.0.0.2/32'],
    resolve: async () => [{ address: times++ === 0 ? '127.0.0.2' : '127.0.0.3', family: 4 }],
  });
  const url = `http://shop.example:${checked.port}/`;
  try {
    expect(await post({ url, headers: {}, body: 'x', guard: rebinding })).toBe(200);
    expect([times, checked.requests.length, rebound.requests.length]).toEqual([1, 1, 0]);
    await expect(post({ url, headers: {}, body: 'x', guard: rebinding })).rejects.toThrow(/public address/);
    expect(rebound.requests).toEqual([]);
  } finally {
    await Promise.all([checked.close(), rebound.close()]);
  }
});

test('a redirect is not followed', async () => {
  const receiver = await startReceiver();
  const target = await startReceiver();
  try {
    receiver.status = 302;
    receiver.headers = { location: target.url };
    const open = createAddressGuard({ allowedNetworks: ['127.0.0.0/8'] });
    expect(await post({ url: receiver.url, headers: {}, body: '{}', guard: open })).toBe(302);
    expect(target.requests).toEqual([]);
  } finally {
    await Promise.all([receiver.close(), target.close()]);
  }
});
