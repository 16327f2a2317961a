/** Asks before what is large or dangerous: the server says which acts are, and what would happen. */
import { type ReactNode, useRef, useState } from 'react';
import { faultOf } from '../api/api-fault.ts';
import { useText } from '../i18n/language.tsx';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { useServerWords } from './server-words/server-words.ts';

export interface Confirmation {
  /**
   * Sends; when the server wants it confirmed, asks, and sends again with `confirm: true`.
   * @param send is given what to add to the body
   * @returns whether it was done
   * @throws ApiFault
   */
  run(send: (more: { readonly confirm?: true }) => Promise<void>): Promise<boolean>;
  /** Belongs somewhere on the page. */
  readonly dialog: ReactNode;
}

export function useConfirmation(): Confirmation {
  const t = useText();
  const words = useServerWords();
  const [dangers, ask] = useState<readonly string[] | null>(null);
  const answer = useRef<(isConfirmed: boolean) => void>(() => {});
  const close = (isConfirmed: boolean) => {
    ask(null);
    answer.current(isConfirmed);
  };
  return {
    async run(send) {
      try {
        await send({});
        return true;
      } catch (thrown) {
        const fault = faultOf(thrown);
        if (fault.type !== 'confirmation-required') throw thrown;
        ask(words.dangers(fault));
        const isConfirmed = await new Promise<boolean>((resolve) => {
          answer.current = resolve;
        });
        if (!isConfirmed) return false;
        await send({ confirm: true });
        return true;
      }
    },
    dialog: (
      <Dialog
        isOpen={dangers !== null}
        role="alertdialog"
        title={t('ui.confirm-title')}
        onClose={() => close(false)}
      >
        <ul className="dangers">
          {dangers?.map((danger) => (
            <li key={danger}>{danger}</li>
          ))}
        </ul>
        <div className="actions">
          <Button autoFocus onPress={() => close(false)}>
            {t('ui.cancel')}
          </Button>
          <Button variant="danger" onPress={() => close(true)}>
            {t('ui.confirm')}
          </Button>
        </div>
      </Dialog>
    ),
  };
}
