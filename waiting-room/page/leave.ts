/** Leaving on purpose: gone for good, so the page asks first. */
import { make } from './make.ts';
import type { Page } from './page.ts';

export function createLeave(page: Page, { left }: { readonly left: () => void }): void {
  const { texts } = page.room;
  const title = make('h2', { textContent: texts['leave.title'] ?? '', id: 'leave-title' });
  const stay = make('button', { textContent: texts['leave.stay'] ?? '', autofocus: true });
  const leave = make('button', { textContent: texts['action.leave'] ?? '', className: 'second' });
  const dialog = make(
    'dialog',
    {},
    title,
    make('p', { textContent: texts['leave.text'] ?? '' }),
    stay,
    leave,
  );
  dialog.setAttribute('aria-labelledby', title.id);
  document.body.append(dialog);
  stay.onclick = () => dialog.close();
  leave.onclick = () => {
    dialog.close();
    void page.run(async () => {
      const [code, answer] = await page.ask('DELETE', 'ticket', undefined, false);
      if (code >= 500) return page.busy(answer, page.look);
      // Whatever the page has asked for meanwhile is over, too.
      void page.run(async () => left());
    });
  };
  page.find('leave').onclick = () => dialog.showModal();
}
