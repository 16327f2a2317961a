/** An authenticator: set up, replaced, and the codes for the day it is lost. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { RecoveryCodes, Totp } from '../../api/contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { tidyCode } from '../../session/second-factor-codes.ts';
import { sessionQuery, useSession } from '../../session/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { Section } from '../../ui/section.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { Codes } from './codes.tsx';
import { QrCode } from './qr-code.tsx';

export function SecondFactorSection() {
  const t = useText();
  const client = useQueryClient();
  const { isMfaSetUp, hasMfa } = useSession();
  const [proposed, propose] = useState<Totp | null>(null);
  const [codes, show] = useState<readonly string[] | null>(null);

  const begin = useSubmit(async () => {
    propose((await request<Totp>('POST', '/api/v1/mfa/totp')).content);
  });
  const renew = useSubmit(async () => {
    show((await request<RecoveryCodes>('POST', '/api/v1/mfa/recovery-codes')).content.recoveryCodes);
  });

  return (
    <Section title={t('account.second-factor')} lead={t('account.second-factor-lead')}>
      <p>
        {isMfaSetUp ? (
          <Badge tone="good">{t(hasMfa ? 'account.shown' : 'account.set-up')}</Badge>
        ) : (
          <Badge tone="warning">{t('account.not-set-up')}</Badge>
        )}
      </p>
      {begin.fault && <FaultNote fault={begin.fault} />}
      {renew.fault && <FaultNote fault={renew.fault} />}
      {codes && <Codes codes={codes} onKept={() => show(null)} />}
      {proposed ? (
        <Confirmation
          proposed={proposed}
          onCancel={() => propose(null)}
          onDone={async (recoveryCodes) => {
            propose(null);
            show(recoveryCodes);
            await client.invalidateQueries(sessionQuery);
          }}
        />
      ) : (
        <div className="actions">
          <Button
            variant={isMfaSetUp ? 'plain' : 'primary'}
            onPress={() => void begin()}
            isPending={begin.isBusy}
          >
            {t(isMfaSetUp ? 'account.replace' : 'account.begin')}
          </Button>
          {isMfaSetUp && (
            <Button onPress={() => void renew()} isPending={renew.isBusy}>
              {t('account.new-codes')}
            </Button>
          )}
        </div>
      )}
    </Section>
  );
}

interface ConfirmationProps {
  readonly proposed: Totp;
  onCancel(): void;
  onDone(recoveryCodes: readonly string[]): Promise<void>;
}

function Confirmation({ proposed, onCancel, onDone }: ConfirmationProps) {
  const t = useText();
  const [code, setCode] = useState('');
  const submit = useSubmit(async () => {
    const answer = await request<RecoveryCodes>('POST', '/api/v1/mfa/totp/confirmation', {
      body: { code: tidyCode(code) },
    });
    await onDone(answer.content.recoveryCodes);
  });
  return (
    <Form submit={submit}>
      <p>{t('account.scan')}</p>
      <QrCode text={proposed.uri} label={t('account.qr')} />
      <p className="help">
        {t('account.or-type')}{' '}
        <code className="secret">{proposed.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code>
      </p>
      <TextField
        name="code"
        label={t('account.code')}
        inputMode="numeric"
        autoComplete="one-time-code"
        value={code}
        onChange={setCode}
        isRequired
        autoFocus
      />
      <div className="actions">
        <Button onPress={onCancel}>{t('ui.cancel')}</Button>
        <Button type="submit" variant="primary" isPending={submit.isBusy}>
          {t('account.confirm')}
        </Button>
      </div>
    </Form>
  );
}
