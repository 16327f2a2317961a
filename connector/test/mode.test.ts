import { afterEach, describe, expect, test, vi } from 'vitest';
import { type ConnectorOptions, createConnector } from '../src/index.ts';

const optionsAt = (publicUrl: string, mode: ConnectorOptions['mode'] = 'off'): ConnectorOptions => ({
  roomUrl: 'https://room.example',
  publicUrl,
  drop: 'sneaker-1',
  protect: ['/buy'],
  mode,
});

afterEach(() => vi.unstubAllEnvs());

describe("mode 'off' is for development", () => {
  test.each([
    'http://localhost:3000',
    'http://127.0.0.1:3000',
    'https://shop.localhost',
    'https://shop.test',
  ])('at %s everybody passes, with no admission', async (publicUrl) => {
    const connector = createConnector(optionsAt(publicUrl));
    expect(await connector.decide(new Request(`${publicUrl}/buy`))).toEqual({
      kind: 'pass',
      admission: null,
    });
  });

  test.each([
    'https://shop.example',
    'https://localhost.example',
    'https://test',
    'https://shop.test.example',
  ])('at %s it is refused', (publicUrl) => {
    expect(() => createConnector(optionsAt(publicUrl))).toThrow(/mode 'off' is for development/);
  });

  test('in production it is refused whatever the host', () => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(() => createConnector(optionsAt('http://localhost:3000'))).toThrow(/NODE_ENV is production/);
    expect(() => createConnector(optionsAt('http://localhost:3000', 'on'))).not.toThrow();
  });

  test('any other word is refused', () => {
    const mode = 'OFF' as 'off';
    expect(() => createConnector(optionsAt('http://localhost:3000', mode))).toThrow(/mode must be/);
  });
});
