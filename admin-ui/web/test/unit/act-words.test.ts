// 4.5, 4.14: what was done, and what Undo takes back, reads as a person would write it, in both languages.

import { expect, test } from 'vitest';
import { UNDOABLE_ACTS } from '../../../server/src/domain/undo.ts';
import type { LiveAct } from '../../src/api/contract.ts';
import { actWords, WITH_A_WAY_BACK } from '../../src/pages/control-room/act-words.ts';
import { recordWords } from '../../src/ui/record-words/record-words.ts';
import { saidIn } from './support/said-in.ts';

const ZONE = 'Europe/Berlin';
const in2 = (['en', 'de'] as const).map((locale) => {
  const intl = saidIn(locale);
  return actWords(intl, recordWords(intl, ZONE), ZONE);
});
const sentences = (act: string, from: unknown, to: unknown) =>
  in2.map((words) =>
    words
      .sentence({
        seq: 1,
        at: '2026-12-01T17:00:00Z',
        actor: 'ada',
        act,
        from,
        to,
        reason: null,
        isUndone: false,
      } as LiveAct)
      // What Intl puts between a number and its unit.
      .replaceAll(/[\u00a0\u202f]/g, ' '),
  );
const rate = (from: number, to: number): [object, object] => [
  { admission: { ratePerMinute: from } },
  { admission: { ratePerMinute: to }, policyVersion: 4 },
];
const ramp = { fromPerMinute: 30, startsAt: '2026-12-01T17:00:00.000Z', endsAt: '2026-12-01T17:05:00.000Z' };
const until = '2026-12-01T17:30:00.000Z';

test.each<[act: string, from: unknown, to: unknown, english: string, german: string]>([
  ['rate.change', ...rate(30, 600), 'Rate: 30 → 600 entries a minute', 'Rate: 30 → 600 Eintritte pro Minute'],
  [
    'rate.change',
    { admission: { ratePerMinute: 30 }, ramp: null },
    { admission: { ratePerMinute: 600 }, ramp },
    'Rate: 30 → 600 entries a minute, over 5 min',
    'Rate: 30 → 600 Eintritte pro Minute, verteilt über 5 Min.',
  ],
  // From a journal, which does not know what was.
  [
    'rate.change',
    null,
    { admission: { ratePerMinute: 600 } },
    'Rate: 600 entries a minute',
    'Rate: 600 Eintritte pro Minute',
  ],
  ['policy.change', ...rate(30, 60), 'Rate: 30 → 60 entries a minute', 'Rate: 30 → 60 Eintritte pro Minute'],
  [
    'policy.change',
    { admission: { maxSessions: null } },
    { admission: { maxSessions: 1200 } },
    'Shoppers inside at once: no limit → 1,200',
    'Kunden zugleich im Shop: keine Grenze → 1.200',
  ],
  [
    'policy.change',
    { admission: { callWindowSeconds: 90, graceSeconds: 480 } },
    { admission: { callWindowSeconds: 120, graceSeconds: 600 } },
    'Settings of the line: To come forward 90 sec → 2 min, Grace 8 min → 10 min',
    'Regeln der Schlange: Zum Melden 90 Sek. → 2 Min., Nachfrist 8 Min. → 10 Min.',
  ],
  [
    'page.change',
    { page: { message: {} } },
    { page: { message: { de: 'Gleich geht es los.' } } },
    'Message (German): “Gleich geht es los.”',
    'Mitteilung (Deutsch): „Gleich geht es los.“',
  ],
  [
    'page.change',
    { page: { message: { de: 'Gleich.' } } },
    { page: { message: {} } },
    'Message (German): removed',
    'Mitteilung (Deutsch): entfernt',
  ],
  [
    'page.change',
    { page: { theme: null } },
    { page: { theme: { accent: '#112233', background: '#ffffff', text: '#000000' } } },
    'Colours: changed',
    'Farben: geändert',
  ],
  ['logo.change', { page: { logo: null } }, { page: { logo: 'a' } }, 'Logo', 'Logo'],
  ['codes.make', null, { codeBatches: [{ kind: 'access', count: 3 }] }, 'Codes made', 'Codes gemacht'],
  [
    'plan.change',
    { products: [{ sku: 'a' }] },
    { products: [{ sku: 'b' }] },
    'Products: changed',
    'Produkte: geändert',
  ],
  ['drop.pause', { override: '' }, { override: 'paused', overrideOwner: 'ada' }, 'Paused', 'Pausiert'],
  ['drop.resume', { override: 'paused' }, { override: '' }, 'Resumed', 'Fortgesetzt'],
  ['drop.drain', { override: '' }, { override: 'draining' }, 'Drained', 'Auslaufen lassen'],
  ['drop.queue-all', { override: '' }, { override: 'queue_all' }, 'Everyone queues', 'Alle in die Schlange'],
  [
    'drop.pass-through',
    { override: '', overrideUntil: null },
    { override: 'pass_through', overrideUntil: until, overrideReason: 'press' },
    'Pass-through: until 18:30',
    'Durchlass: bis 18:30',
  ],
  [
    'capacity.ignore',
    { ignoreCapacityUntil: null },
    { ignoreCapacityUntil: until },
    'Checkout ignored: until 18:30',
    'Kasse ignoriert: bis 18:30',
  ],
  [
    'capacity.heed',
    { ignoreCapacityUntil: until },
    { ignoreCapacityUntil: null },
    'Checkout heeded again',
    'Kasse wieder beachtet',
  ],
  [
    'stock.moved',
    null,
    { sku: 'low-41', delta: 20, movement: 7 },
    'Stock: 20 units of low-41 added',
    'Bestand: 20 Stück von low-41 hinzugefügt',
  ],
  [
    'stock.moved',
    null,
    { sku: 'low-41', delta: -1, movement: 7 },
    'Stock: 1 unit of low-41 taken out',
    'Bestand: 1 Stück von low-41 herausgenommen',
  ],
  [
    'undo',
    { admission: { ratePerMinute: 600 } },
    { admission: { ratePerMinute: 30 }, undoes: 12 },
    'Taken back: Rate 600 → 30 entries a minute',
    'Zurückgenommen: Rate 600 → 30 Eintritte pro Minute',
  ],
  [
    'undo',
    { override: 'paused' },
    { override: '', undoes: 12 },
    'Taken back: state paused → as scheduled',
    'Zurückgenommen: Zustand pausiert → nach Plan',
  ],
])('4.14: %s from %j to %j', (act, from, to, english, german) => {
  expect(sentences(act, from, to)).toEqual([english, german]);
});

test('4.5: the button to undo is for the acts that the server takes back', () => {
  expect([...WITH_A_WAY_BACK].sort()).toEqual([...UNDOABLE_ACTS].sort());
});
