import { readDescriptions } from '@sluice/service-kit/testing';
import { expect, test } from 'vitest';
import { startTestControlPlane } from '../support/control-plane.ts';

test('openapi.json is what the service says of itself', async () => {
  const service = await startTestControlPlane();
  try {
    const file = new URL('../../openapi.json', import.meta.url);
    const { said, committed, hint } = await readDescriptions(service.url, file);
    expect(committed, hint).toBe(said);
  } finally {
    await service.close();
  }
});
