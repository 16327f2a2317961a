/** Asks before a plan is applied: how much it changes, and what of it is large or dangerous. */
import type { DropsPlan } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { useSubmit } from '../../ui/form.tsx';
import { plannedItems, usePlanWords } from './plan-words.ts';

export interface ApplyDialogProps {
  readonly plan: DropsPlan;
  readonly isOpen: boolean;
  onClose(): void;
  /** @throws ApiFault */
  onApply(plan: DropsPlan): Promise<void>;
}

export function ApplyDialog(props: ApplyDialogProps) {
  const t = useText();
  const { isOpen, onClose } = props;
  return (
    <Dialog isOpen={isOpen} role="alertdialog" title={t('files.ask-title')} onClose={onClose}>
      <Question {...props} />
    </Dialog>
  );
}

function Question({ plan, onClose, onApply }: ApplyDialogProps) {
  const t = useText();
  const words = usePlanWords();
  const items = plannedItems(plan);
  const count = (action: string) => items.filter((one) => one.action === action).length;
  const dangers = items.flatMap((item) => words.dangers(item).map((text) => `${item.id}: ${text}`));
  const apply = useSubmit(() => onApply(plan));
  return (
    <>
      {apply.fault && <FaultNote fault={apply.fault} />}
      <p>{t('files.ask', { create: count('create'), change: count('change') })}</p>
      {dangers.length > 0 && (
        <ul className="dangers">
          {dangers.map((danger) => (
            <li key={danger}>{danger}</li>
          ))}
        </ul>
      )}
      <div className="actions">
        <Button autoFocus onPress={onClose}>
          {t('ui.cancel')}
        </Button>
        <Button
          variant={dangers.length > 0 ? 'danger' : 'primary'}
          onPress={() => void apply()}
          isPending={apply.isBusy}
        >
          {t('files.apply-now')}
        </Button>
      </div>
    </>
  );
}
