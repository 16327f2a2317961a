/** The page asks for an access code, says what is wrong with one, and joins with a good one (ADR 0112). */
import { expect, test } from 'vitest';
import { createCodedDrop, usesOf } from '../support/access-codes.ts';
import { setStage } from './support/stage.ts';

const stage = setStage();

test('5.4: whoever has no code is asked for one, in place and by keyboard, and a good one is used once', async () => {
  await stage.open();
  const { drop, codeOf } = await createCodedDrop(stage.redis, { policy: { rate_per_minute: 0 } });
  const visitor = await stage.arrive(drop);
  await visitor.sees('code');
  expect(await visitor.text('title')).toBe('An access code, please');
  const field = visitor.page.getByRole('textbox', { name: 'Access code' });
  await field.fill('not one');
  await field.press('Enter');
  await visitor.page.getByText('This code is not known here').waitFor();
  expect(await field.getAttribute('aria-invalid')).toBe('');
  await field.fill(codeOf(2).toLowerCase());
  await visitor.page.getByRole('button', { name: 'Join the line' }).click();
  await visitor.sees('waiting', 'soon', 'called', 'checked-in');
  await visitor.page.reload();
  await visitor.sees('waiting', 'soon', 'called', 'checked-in');
  expect(await usesOf(stage.redis, drop)).toMatchObject({ '1': '1', '1.2': '1' });
  const other = await stage.arrive(drop);
  await other.sees('code');
  await other.page.getByRole('textbox', { name: 'Access code' }).fill(codeOf(2));
  await other.page.getByRole('textbox', { name: 'Access code' }).press('Enter');
  await other.page.getByText('This code has been used up').waitFor();
  expect([...visitor.faults, ...other.faults]).toEqual([]);
});
