/** Being told of one's turn (5.8): by this browser while the page is open, or by e-mail. Loaded when somebody asks for it. */
import { make } from './make.ts';

const { room, find, remember, api } = window.sluice;
const say = (key: string) => room.texts[`notify.${key}`] ?? '';
const url = `${api}notices`;

interface Ways {
  readonly asked: boolean;
  readonly mail: boolean;
}

async function open(): Promise<void> {
  const answer = await fetch(url).catch(() => null);
  const ways: Ways = answer?.ok ? await answer.json() : { asked: false, mail: false };
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
    const isAllowed = 'Notification' in window && (await Notification.requestPermission()) === 'granted';
    if (isAllowed) remember('notify', '1');
    tell(isAllowed ? 'on' : 'denied');
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
