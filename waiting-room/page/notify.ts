/**
 * Being told of one's turn (5.8): by this browser, also when the page is closed (web push) where there is that; or by e-mail.
 * Loaded when somebody asks for it.
 */
import { make } from './make.ts';
import { askByPush } from './subscribe.ts';

const { room, find, remember, api } = window.sluice;
const say = (key: string) => room.texts[`notify.${key}`] ?? '';
const url = `${api}notices`;

interface Ways {
  readonly asked: boolean;
  readonly mail: boolean;
  readonly pushKey: string | null;
}

async function open(): Promise<void> {
  const answer = await fetch(url).catch(() => null);
  const ways: Ways = answer?.ok ? await answer.json() : { asked: false, mail: false, pushKey: null };
  // Pressed twice it is one dialog.
  if (document.querySelector('dialog[open]')) return;
  const said = make('p', { role: 'status' });
  const tell = (key: string) => {
    said.textContent = say(key);
  };
  const send = async (method: string, body?: object) => {
    const reply = await fetch(url, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }).catch(() => null);
    return reply?.ok ?? false;
  };

  const browser = make('button', { className: 'second', textContent: say('browser') });
  browser.onclick = async () => {
    if (!('Notification' in window) || (await Notification.requestPermission()) !== 'granted')
      return tell('denied');
    const isPushed = ways.pushKey !== null && (await askByPush(url, room.worker, ways.pushKey));
    // By one of both, so that nobody is told twice.
    remember('notify', isPushed ? '' : '1');
    tell(isPushed ? 'on' : 'open');
  };

  const address = make('input', { type: 'email', required: true, autocomplete: 'email' });
  const form = make(
    'form',
    {},
    make('label', { className: 'address' }, make('span', { textContent: say('address') }), address),
    make('button', { className: 'second', textContent: say('mail') }),
  );
  form.onsubmit = async (event) => {
    event.preventDefault();
    tell((await send('PUT', { by: 'mail', to: address.value.trim() })) ? 'on' : 'failed');
  };

  const off = make('button', { className: 'second', textContent: say('off') });
  off.onclick = async () => {
    remember('notify', '');
    const isOff = !ways.asked || (await send('DELETE'));
    if (isOff) dialog.close();
    else tell('failed');
  };

  const title = make('h2', { textContent: say('action'), id: 'notify-title' });
  const close = make('button', { textContent: say('close') });
  const isAsked = ways.asked || remember('notify') !== '';
  const dialog = make(
    'dialog',
    {},
    title,
    make('p', { textContent: say('text') }),
    browser,
    ...(ways.mail ? [form] : []),
    ...(isAsked ? [off] : []),
    said,
    close,
  );
  dialog.setAttribute('aria-labelledby', title.id);
  close.onclick = () => dialog.close();
  // Made anew each time: what it offers may have changed.
  dialog.onclose = () => dialog.remove();
  find('main').after(dialog);
  dialog.showModal();
}

void open();
