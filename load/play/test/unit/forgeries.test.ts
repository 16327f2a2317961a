import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { FORGERY_KINDS_MIN } from '../../judge/verdict.ts';
import type { Belongings } from '../../people/meeting.ts';
import { FORGERIES, type Material } from '../../raid/forgeries.ts';
import { open, seal } from '../../raid/jws.ts';
import { createRandom } from '../../random.ts';

const room = generateKeyPairSync('ed25519');
const random = createRandom('forgeries');

function belongingsOf(drop: string): Belongings {
  const number = random.text(32);
  const header = { alg: 'EdDSA', typ: 'admission+jwt', kid: 'k1' };
  const payload = {
    iss: 'http://room',
    aud: drop,
    sub: number,
    jti: number,
    iat: 1,
    nbf: 1,
    exp: 2,
    cnf: { bind: random.text(32) },
  };
  return {
    ticket: random.text(100),
    number,
    token: seal(header, payload, room.privateKey),
    secret: random.text(32),
    address: '203.0.113.1',
    session: random.text(32),
    sessionId: '0190a7c0-0000-7000-8000-000000000000',
    reservation: '0190a7c0-0000-7000-8000-000000000001',
  };
}

const material: Material = {
  drop: 'play',
  victim: belongingsOf('play'),
  stranger: belongingsOf('play'),
  foreign: belongingsOf('other'),
  roomKey: { kid: 'k1', ...room },
  random,
};

test('1.3: there are at least twelve kinds of forgery, each of one name', () => {
  const kinds = new Set(FORGERIES.map(({ kind }) => kind));
  expect(kinds.size).toBe(FORGERIES.length);
  expect(kinds.size).toBeGreaterThanOrEqual(FORGERY_KINDS_MIN);
});

test.each(FORGERIES.map((forgery) => [forgery.kind, forgery] as const))(
  '1.3: %s is no genuine credential of the victim in any of its tries',
  (_kind, { make, genuineFor }) => {
    const { victim } = material;
    for (let turn = 0; turn < 20; turn++) {
      const credential = make(material, turn);
      expect(credential).toBeDefined();
      const { value, secret } = credential ?? { value: '' };
      expect([value, secret]).not.toEqual([victim.token, victim.secret]);
      expect(value).not.toBe(victim.session);
      if (genuineFor !== 'ticket') expect(value).not.toBe(victim.ticket);
    }
  },
);

test('a token made by hand reads as it was made', () => {
  const { header, payload } = open(material.victim.token);
  expect(header).toMatchObject({ alg: 'EdDSA', kid: 'k1' });
  expect(payload).toMatchObject({ sub: material.victim.number, aud: 'play' });
});
