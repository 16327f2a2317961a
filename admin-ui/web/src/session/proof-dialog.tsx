/** Asks for a fresh proof in place, so that nobody loses what they were doing; sends to the sign-in when nobody is signed in. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Session } from '../api/contract.ts';
import { answerProofsWith, type Proof } from '../api/proofs.ts';
import { request } from '../api/request.ts';
import { useText } from '../i18n/language.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FaultNote } from '../ui/fault-note.tsx';
import { Form, useSubmit } from '../ui/form.tsx';
import { TextField } from '../ui/text-field.tsx';
import { hasPasskeys, showPasskey } from './passkeys.ts';
import { tidyCode } from './second-factor-codes.ts';
import { passkeysQuery, sessionQuery, useKeepSession } from './session.ts';

export function ProofDialog() {
  const t = useText();
  const { data: session } = useQuery(sessionQuery);
  const keep = useKeepSession();
  const navigate = useNavigate();
  const router = useRouter();
  const [proof, ask] = useState<Exclude<Proof, 'sign-in'> | null>(null);
  const settle = useRef<(given: boolean) => void>(() => {});

  useEffect(() => {
    answerProofsWith(async (wanted) => {
      if (wanted === 'sign-in') {
        const { pathname, href } = router.state.location;
        if (pathname !== '/sign-in') await navigate({ to: '/sign-in', search: { to: href } as never });
        keep(null);
        return false;
      }
      return new Promise((resolve) => {
        settle.current = resolve;
        ask(wanted);
      });
    });
  });

  const close = (given: boolean) => {
    ask(null);
    settle.current(given);
  };
  const isMissing = proof === 'second-factor' && !session?.isMfaSetUp;
  return (
    <Dialog
      isOpen={proof !== null}
      onClose={() => close(false)}
      title={t(isMissing ? 'proof.set-up-title' : 'proof.title')}
    >
      {isMissing ? (
        <>
          <p>{t('proof.set-up')}</p>
          <div className="actions">
            <Button onPress={() => close(false)}>{t('proof.not-now')}</Button>
            <Button
              variant="primary"
              onPress={() => {
                close(false);
                void navigate({ to: '/account' });
              }}
            >
              {t('proof.go-set-up')}
            </Button>
          </div>
        </>
      ) : (
        <Renewal
          by={session?.isMfaSetUp ? 'code' : 'password'}
          onDone={(renewed) => {
            keep(renewed);
            close(true);
          }}
          onCancel={() => close(false)}
        />
      )}
    </Dialog>
  );
}

interface RenewalProps {
  readonly by: 'code' | 'password';
  onDone(session: Session): void;
  onCancel(): void;
}

function Renewal({ by, onDone, onCancel }: RenewalProps) {
  const t = useText();
  const [proof, setProof] = useState('');
  const { data } = useQuery({ ...passkeysQuery, enabled: by === 'code' });
  const offersPasskey = by === 'code' && hasPasskeys() && (data?.passkeys.length ?? 0) > 0;
  const renew = async (body: object) =>
    onDone((await request<Session>('POST', '/api/v1/session/renewal', { body, isProof: true })).content);
  const submit = useSubmit(() => renew(by === 'code' ? { code: tidyCode(proof) } : { password: proof }));
  const byPasskey = useSubmit(async () => renew({ passkey: await showPasskey('second-factor') }));
  return (
    <Form submit={submit}>
      <p>{t('proof.why')}</p>
      {byPasskey.fault && <FaultNote fault={byPasskey.fault} />}
      {offersPasskey && (
        <Button variant="primary" isPending={byPasskey.isBusy} onPress={() => void byPasskey()}>
          {t('proof.by-passkey')}
        </Button>
      )}
      <TextField
        name={by}
        label={t(by === 'code' ? 'proof.code' : 'proof.password')}
        type={by === 'code' ? 'text' : 'password'}
        autoComplete={by === 'code' ? 'one-time-code' : 'current-password'}
        value={proof}
        onChange={setProof}
        isRequired
        autoFocus
      />
      <div className="actions">
        <Button onPress={onCancel}>{t('ui.cancel')}</Button>
        <Button type="submit" variant={offersPasskey ? 'plain' : 'primary'} isPending={submit.isBusy}>
          {t('proof.go-on')}
        </Button>
      </div>
    </Form>
  );
}
