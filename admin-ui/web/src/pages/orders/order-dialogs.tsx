/** Acts on an order, each asked about: what goes back can not be taken again. Sent once however often the button is pressed. */
import { useState } from 'react';
import { ApiFault } from '../../api/api-fault.ts';
import type { Order } from '../../api/office-contract.ts';
import { request } from '../../api/request.ts';
import { amountText, readAmount } from '../../domain/money.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { useMoney } from '../../ui/money.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';

interface DialogOf {
  readonly order: Order;
  onClose(isDone: boolean): void;
}

export function MoneyBackDialog({ order, kind, onClose }: DialogOf & { readonly kind: 'refund' | 'cancel' }) {
  const t = useText();
  const money = useMoney();
  const left = order.amountMinor - order.refundedMinor - order.refundingMinor;
  const [amount, setAmount] = useState(amountText(left, order.currency));
  const [units, setUnits] = useState<Record<string, string>>({});
  const [reason, setReason] = useState('');
  // One dialog is one refund: what was not answered is sent again under the same key.
  const [key] = useState(() => crypto.randomUUID());
  const minor = kind === 'cancel' ? order.amountMinor : readAmount(amount, order.currency);
  const submit = useSubmit(async () => {
    if (minor === null || minor === 0)
      throw new ApiFault(400, {
        type: 'invalid-request',
        errors: [{ field: 'body.amountMinor', reason: t('orders.no-amount') }],
      });
    const returnToSale = Object.entries(units)
      .map(([sku, quantity]) => ({ sku, quantity: Number(quantity) }))
      .filter(({ quantity }) => quantity > 0);
    await request('POST', `/api/v1/orders/${order.id}/${kind === 'cancel' ? 'cancellation' : 'refunds'}`, {
      headers: { 'idempotency-key': key },
      body: {
        ...{ reason, confirm: true },
        ...(kind === 'refund' && { amountMinor: minor, returnToSale }),
      },
    });
    tell(t(kind === 'cancel' ? 'orders.cancelled' : 'orders.refund-decided'));
    onClose(true);
  });
  return (
    <Dialog isOpen role="alertdialog" title={t(`orders.do-${kind}`)} onClose={() => onClose(false)}>
      <p>{t(kind === 'cancel' ? 'orders.cancel-lead' : 'orders.refund-lead')}</p>
      <Form submit={submit}>
        {kind === 'refund' && (
          <>
            <TextField
              name="amountMinor"
              label={t('orders.amount')}
              unit={order.currency}
              inputMode="decimal"
              help={t('orders.left', { amount: money(left, order.currency) })}
              value={amount}
              onChange={setAmount}
              isRequired
              autoFocus
            />
            {order.lines.map(({ sku, quantity }) => (
              <TextField
                key={sku}
                name={`return-${sku}`}
                label={t('orders.return', { sku })}
                help={t('orders.return-help', { quantity })}
                inputMode="numeric"
                value={units[sku] ?? ''}
                onChange={(value) => setUnits({ ...units, [sku]: value })}
              />
            ))}
          </>
        )}
        <TextField
          name="reason"
          label={t('orders.reason')}
          help={t('orders.reason-help')}
          value={reason}
          onChange={setReason}
          maxLength={200}
          isRequired
          autoFocus={kind === 'cancel'}
        />
        <div className="actions">
          <Button onPress={() => onClose(false)}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="danger" isPending={submit.isBusy}>
            {t(kind === 'cancel' ? 'orders.cancel-now' : 'orders.refund-now', {
              amount: money(minor ?? 0, order.currency),
            })}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

export function FulfilDialog({ order, onClose }: DialogOf) {
  const t = useText();
  const submit = useSubmit(async () => {
    await request('POST', `/api/v1/orders/${order.id}/fulfilment`, { body: {} });
    tell(t('orders.fulfilled-now'));
    onClose(true);
  });
  return (
    <Dialog isOpen title={t('orders.do-fulfil')} onClose={() => onClose(false)}>
      <p>{t('orders.fulfil-lead')}</p>
      <Form submit={submit}>
        <div className="actions">
          <Button onPress={() => onClose(false)}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" isPending={submit.isBusy} autoFocus>
            {t('orders.do-fulfil')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
