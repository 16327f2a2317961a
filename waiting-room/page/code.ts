/** Asks for an access code (ADR 0112) where a drop wants one. Loaded then; the script joins with what was entered. */
import { make } from './make.ts';

const page = window.sluice;
const { room, find, remember } = page;
const say = (key: string) => room.texts[key] ?? '';

/** What the room said of the code before, as words of the page. */
const LEADS: Record<string, string> = { 'code-wrong': 'code.wrong', 'code-used-up': 'code.used' };

const input = make('input', {
  type: 'text',
  required: true,
  maxLength: 64,
  autocomplete: 'one-time-code',
  autocapitalize: 'characters',
  spellcheck: false,
});
const form = make(
  'form',
  {},
  make('label', { className: 'address' }, make('span', { textContent: say('code.label') }), input),
  make('button', { textContent: say('action.join') }),
);
form.onsubmit = (event) => {
  event.preventDefault();
  remember('code', input.value.trim());
  form.remove();
  void page.run(page.join);
};

page.askCode = (type) => {
  const lead = LEADS[type];
  page.show('code', lead === undefined ? {} : { lead });
  find('acts').replaceChildren(form);
  input.toggleAttribute('aria-invalid', lead !== undefined);
  input.setAttribute('aria-describedby', 'lead');
  input.focus();
};
