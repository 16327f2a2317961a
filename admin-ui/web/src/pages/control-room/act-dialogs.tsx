/** Acts that need more than a press: what they need, and how dangerous they are. */
import { useState } from 'react';
import type { LiveSample } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { useSession } from '../../session/session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, type Submit, useSubmit } from '../../ui/form.tsx';
import { TextField } from '../../ui/text-field.tsx';
import type { PlannedDrop } from './planned-drop.ts';
import { readRate } from './rate-steps.ts';
import type { ActRequest, Acts } from './use-acts.ts';

export type Asked =
  | 'pass-through'
  | 'ignore-capacity'
  | 'max-sessions'
  | 'restock'
  | 'revoke'
  | 'close'
  | 'queue-all';

export interface ActDialogsProps {
  readonly asked: Asked | null;
  readonly drop: PlannedDrop;
  readonly sample: LiveSample | null;
  readonly acts: Acts;
  onClose(): void;
}

export function ActDialogs({ asked, ...props }: ActDialogsProps) {
  switch (asked) {
    case null:
      return null;
    case 'pass-through':
    case 'ignore-capacity':
      return <GuardedDialog asked={asked} {...props} />;
    case 'max-sessions':
      return <MaxSessionsDialog {...props} />;
    case 'restock':
      return <RestockDialog {...props} />;
    case 'revoke':
      return <RevokeDialog {...props} />;
    case 'close':
    case 'queue-all':
      return <SureDialog asked={asked} {...props} />;
  }
}

type DialogProps = Omit<ActDialogsProps, 'asked'>;

/** A question with a form that sends one act; it closes when that is done, or asked about by the server. */
function useActForm({ acts, onClose }: DialogProps, act: () => ActRequest): Submit {
  return useSubmit(async () => {
    await acts.submit(act());
    onClose();
  });
}

function Actions({ submit, yes, onClose }: { submit: Submit; yes: string; onClose(): void }) {
  const t = useText();
  return (
    <div className="actions">
      <Button onPress={onClose}>{t('ui.cancel')}</Button>
      <Button type="submit" variant="danger" isPending={submit.isBusy}>
        {yes}
      </Button>
    </div>
  );
}

/** Turns a safeguard off: somebody answers for it, and it ends by itself. The form is the question: nothing is asked twice. */
function GuardedDialog({
  asked,
  ...props
}: DialogProps & { readonly asked: 'pass-through' | 'ignore-capacity' }) {
  const t = useText();
  const { account } = useSession();
  const [owner, setOwner] = useState(account.email);
  const [reason, setReason] = useState('');
  const [minutes, setMinutes] = useState('5');
  const submit = useActForm(props, () => ({
    path: asked,
    body: { owner, reason, seconds: Math.round(Number(minutes) * 60), confirm: true },
    done: t(`control.done-${asked}`),
  }));
  return (
    <Dialog isOpen title={t(`control.${asked}`)} onClose={props.onClose}>
      <p>{t(`control.${asked}-help`)}</p>
      <Form submit={submit}>
        <TextField name="owner" label={t('control.owner')} value={owner} onChange={setOwner} isRequired />
        <TextField
          name="reason"
          label={t('control.reason')}
          value={reason}
          onChange={setReason}
          isRequired
          autoFocus
        />
        <TextField
          name="seconds"
          label={t('control.for-minutes')}
          inputMode="decimal"
          value={minutes}
          onChange={setMinutes}
          isRequired
        />
        <Actions submit={submit} yes={t(`control.${asked}`)} onClose={props.onClose} />
      </Form>
    </Dialog>
  );
}

function MaxSessionsDialog(props: DialogProps) {
  const t = useText();
  const { drop } = props;
  const [text, setText] = useState(
    drop.admission.maxSessions === null ? '' : String(drop.admission.maxSessions),
  );
  const submit = useActForm(props, () => ({
    method: 'PATCH',
    path: 'admission',
    body: { maxSessions: text.trim() === '' ? null : (readRate(text) ?? text) },
    done: t('control.done-max-sessions'),
  }));
  return (
    <Dialog isOpen title={t('control.max-sessions')} onClose={props.onClose}>
      <Form submit={submit}>
        <TextField
          name="maxSessions"
          label={t('control.max-sessions')}
          help={t('control.max-sessions-help')}
          inputMode="numeric"
          value={text}
          onChange={setText}
          autoFocus
        />
        <Actions submit={submit} yes={t('control.apply')} onClose={props.onClose} />
      </Form>
    </Dialog>
  );
}

function RestockDialog(props: DialogProps) {
  const t = useText();
  const { products } = props.drop;
  const [sku, setSku] = useState(products[0]?.sku ?? '');
  const [units, setUnits] = useState('');
  const [reason, setReason] = useState('');
  /** One key for one movement, however often it is sent. */
  const [key] = useState(() => crypto.randomUUID());
  const submit = useActForm(props, () => ({
    path: 'stock',
    headers: { 'idempotency-key': key },
    body: { sku, delta: /^[+-]?\d+$/.test(units.trim()) ? Number(units) : units, reason },
    done: t('control.done-restock'),
  }));
  return (
    <Dialog isOpen title={t('control.restock')} onClose={props.onClose}>
      <Form submit={submit}>
        <label className="field">
          <span className="label">{t('control.product')}</span>
          <select className="input" value={sku} onChange={({ target }) => setSku(target.value)}>
            {products.map((product) => (
              <option key={product.sku} value={product.sku}>
                {product.name}
              </option>
            ))}
          </select>
        </label>
        <TextField
          name="delta"
          label={t('control.units')}
          help={t('control.units-help')}
          value={units}
          onChange={setUnits}
          isRequired
          autoFocus
        />
        <TextField name="reason" label={t('control.reason')} value={reason} onChange={setReason} isRequired />
        <Actions submit={submit} yes={t('control.restock')} onClose={props.onClose} />
      </Form>
    </Dialog>
  );
}

function RevokeDialog(props: DialogProps) {
  const t = useText();
  const [text, setText] = useState('');
  const [reason, setReason] = useState('');
  const submit = useActForm(props, () => ({
    path: 'revocations',
    body: { numbers: text.split(/[\s,;]+/).filter(Boolean), reason },
    done: t('control.done-revoke'),
  }));
  return (
    <Dialog isOpen title={t('control.revoke')} onClose={props.onClose}>
      <p>{t('control.revoke-help')}</p>
      <Form submit={submit}>
        <TextField
          name="numbers"
          label={t('control.numbers')}
          rows={3}
          value={text}
          onChange={setText}
          isRequired
          autoFocus
        />
        <TextField name="reason" label={t('control.reason')} value={reason} onChange={setReason} isRequired />
        <Actions submit={submit} yes={t('control.revoke')} onClose={props.onClose} />
      </Form>
    </Dialog>
  );
}

/** First here, then by what the server says about it: closing has no way back. */
function SureDialog({ asked, ...props }: DialogProps & { readonly asked: 'close' | 'queue-all' }) {
  const t = useText();
  const [reason, setReason] = useState('');
  const submit = useActForm(props, () => ({
    path: asked,
    body: reason.trim() === '' ? {} : { reason },
    done: t(`control.done-${asked}`),
  }));
  return (
    <Dialog isOpen title={t(`control.${asked}`)} onClose={props.onClose}>
      <p>{t(`control.${asked}-help`)}</p>
      <Form submit={submit}>
        <TextField name="reason" label={t('control.reason')} value={reason} onChange={setReason} autoFocus />
        <Actions submit={submit} yes={t(`control.${asked}`)} onClose={props.onClose} />
      </Form>
    </Dialog>
  );
}

/** What the server wants to hear a yes to, in its own words. */
export function ConfirmDialog({ acts }: { readonly acts: Acts }) {
  const t = useText();
  return (
    <Dialog isOpen={acts.question !== null} role="alertdialog" title={t('control.sure')} onClose={acts.leave}>
      <ul className="dangers">
        {acts.question?.dangers.map((danger) => (
          <li key={danger}>{danger}</li>
        ))}
      </ul>
      <div className="actions">
        <Button onPress={acts.leave} autoFocus>
          {t('control.leave-it')}
        </Button>
        <Button variant="danger" onPress={() => void acts.confirm()}>
          {t('control.do-it')}
        </Button>
      </div>
    </Dialog>
  );
}
