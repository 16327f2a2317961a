/** What a shopper may ask of the page: a sound when the turn comes, and to be asked before it moves on. Kept in this browser. */
import { make } from './make.ts';
import type { Page } from './page.ts';

export interface Wishes {
  readonly ask: boolean;
  /** A notification of the browser while the page is not seen, and three rising notes; each where it is wanted and allowed. */
  ring(): void;
}

export function createWishes({ find, remember, load, room: { texts, notify } }: Page): Wishes {
  let audio: AudioContext | undefined;

  function ring(): void {
    if (remember('notify') && document.hidden && Notification.permission === 'granted')
      new Notification(texts['turn.title'] ?? '', { body: texts['turn.lead'] ?? '' }).onclick = () => focus();
    if (!remember('sound')) return;
    audio ??= new AudioContext();
    const { currentTime, destination } = audio;
    [523, 659, 784].forEach((frequency, i) => {
      const [tone, volume] = [
        new OscillatorNode(audio as AudioContext, { frequency }),
        new GainNode(audio as AudioContext),
      ];
      const starts = currentTime + i * 0.18;
      volume.gain.setValueAtTime(0.0001, starts);
      volume.gain.exponentialRampToValueAtTime(0.2, starts + 0.03);
      volume.gain.exponentialRampToValueAtTime(0.0001, starts + 0.35);
      tone.connect(volume).connect(destination);
      tone.start(starts);
      tone.stop(starts + 0.4);
    });
  }

  const wish = (key: string, heard: () => void = () => {}) => {
    const box = make('input', { type: 'checkbox', checked: remember(key) !== '' });
    box.onchange = () => {
      remember(key, box.checked ? '1' : '');
      if (box.checked) heard();
    };
    return make('label', {}, box, make('span', { textContent: texts[`wish.${key}`] ?? '' }));
  };
  // Browsers let a page sound only after a click: this one is it, and lets the shopper hear what to wait for.
  const tell = make('button', { className: 'quiet', textContent: texts['notify.action'] ?? '' });
  tell.onclick = () => void load(notify);
  find('wishes').replaceChildren(wish('sound', ring), wish('ask'), tell);

  return {
    get ask() {
      return remember('ask') !== '';
    },
    ring,
  };
}
