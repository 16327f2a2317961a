/** Asking for a link by mail. The answer never tells whether there is such an account. */
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { TextField } from '../../ui/text-field.tsx';

export default function ForgottenPage() {
  const t = useText();
  const [email, setEmail] = useState('');
  const [isAsked, asked] = useState(false);
  const submit = useSubmit(async () => {
    await request('POST', '/api/v1/password-reset', { body: { email }, isProof: true });
    asked(true);
  });
  return (
    <>
      <PageHeader title={t('forgotten.title')}>{t('forgotten.lead')}</PageHeader>
      <div role="status">{isAsked && <p className="note good">{t('forgotten.asked', { email })}</p>}</div>
      <Form submit={submit}>
        <TextField
          name="email"
          type="email"
          label={t('sign-in.email')}
          autoComplete="username"
          value={email}
          onChange={setEmail}
          isRequired
        />
        <Button type="submit" variant="primary" isPending={submit.isBusy}>
          {t('forgotten.go')}
        </Button>
      </Form>
      <p className="below">
        <Link to="/sign-in">{t('forgotten.back')}</Link>
      </p>
    </>
  );
}
