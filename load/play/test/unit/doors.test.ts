import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Door, doorsOf, unattackedRoutes } from '../../raid/doors.ts';

const SERVICES: [Door['of'], string][] = [
  ['room', 'waiting-room'],
  ['checkout', 'checkout-api'],
];

// A play finds this too, minutes later: it asks the services themselves.
test.each(SERVICES)('promise 3: every protected route of the %s is attacked in a play', (of, folder) => {
  const file = new URL(`../../../../${folder}/openapi.json`, import.meta.url);
  const description = JSON.parse(readFileSync(file, 'utf8'));
  expect(Object.keys(description.paths)).not.toEqual([]);
  expect(unattackedRoutes(doorsOf('shoe'), of, description)).toEqual([]);
  expect(unattackedRoutes([], of, description)).not.toEqual([]);
});
