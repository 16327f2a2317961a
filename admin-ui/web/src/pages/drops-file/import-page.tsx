/** Drops as a file: pasted or chosen, looked at as a plan, and only then applied. */
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { AppliedDrops, DropsPlan } from '../../api/contract.ts';
import { dropsQuery } from '../../api/drops.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { FileButton } from '../../ui/file-button.tsx';
import { Form, type Submit, useSubmit } from '../../ui/form.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { useServerWords } from '../../ui/server-words/server-words.ts';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';
import { ToldOnce } from '../../ui/told-once.tsx';
import { ApplyDialog } from './apply-dialog.tsx';
import { PlanView } from './plan-view.tsx';
import './drops-file.css';

const YAML = { contentType: 'application/yaml' };

export default function ImportPage() {
  const t = useText();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [plan, setPlan] = useState<DropsPlan | null>(null);
  const [done, setDone] = useState<AppliedDrops | null>(null);
  const [isAsking, ask] = useState(false);
  const look = useSubmit(async () => {
    setPlan(null);
    setDone(null);
    const options = { body: text, ...YAML, isReading: true };
    setPlan((await request<DropsPlan>('POST', '/api/v1/plan', options)).content);
  });
  const change = (next: string) => {
    // A plan is one of the text that was sent.
    setPlan(null);
    setText(next);
  };
  const apply = async ({ digest, changes }: DropsPlan) => {
    const query = new URLSearchParams({ digest });
    // They stand in the question that has just been answered.
    if (changes.some(({ dangers }) => dangers.length > 0)) query.set('confirm', 'true');
    const path = `/api/v1/apply?${query}`;
    const { content } = await request<AppliedDrops>('POST', path, { body: text, ...YAML });
    ask(false);
    setPlan(null);
    setDone(content);
    tell(t('files.applied', { count: content.applied.length }));
    await client.invalidateQueries(dropsQuery);
  };
  return (
    <>
      <PageHeader title={t('files.import')}>{t('files.lead')}</PageHeader>
      <FileForm text={text} onChange={change} submit={look} />
      {plan && (
        <Section title={t('files.plan')}>
          <PlanView plan={plan} />
          {isApplicable(plan) && (
            <div className="actions">
              <Button variant="primary" onPress={() => ask(true)}>
                {t('files.apply')}
              </Button>
            </div>
          )}
          <ApplyDialog plan={plan} isOpen={isAsking} onClose={() => ask(false)} onApply={apply} />
        </Section>
      )}
      {done && <Applied done={done} />}
    </>
  );
}

/** Something to do, and nothing that is refused: then nothing of the file would be done. */
function isApplicable({ changes, series }: DropsPlan): boolean {
  const actions = [...changes, ...series].map(({ action }) => action);
  return !actions.includes('refused') && actions.some((action) => action !== 'none');
}

interface FileFormProps {
  readonly text: string;
  onChange(text: string): void;
  readonly submit: Submit;
}

function FileForm({ text, onChange, submit }: FileFormProps) {
  const t = useText();
  const words = useServerWords();
  const { fault } = submit;
  // What is wrong with the text as a whole stands at it.
  const isOfField = fault?.fields.every(({ field }) => field === 'body') && fault.fields.length > 0;
  const fields = fault?.fields.map((one) => {
    const reason = words.reason(one);
    const told = one.line === undefined ? reason : t('files.at-line', { line: one.line, reason });
    return [one.field.replace(/^body\./, ''), told] as const;
  });
  return (
    <Form submit={submit} toldElsewhere={fault?.type ?? ''} className="form drops-file">
      {fault && !isOfField && <FaultNote fault={fault} {...(fields && { fields })} />}
      <TextField
        name="body"
        label={t('files.text')}
        help={t('files.text-help')}
        rows={16}
        value={text}
        onChange={onChange}
        isRequired
      />
      <div className="actions">
        <FileButton
          accept=".yaml,.yml,.json,application/yaml,application/json"
          onChoose={(chosen) => void chosen.text().then(onChange)}
        >
          {t('files.choose')}
        </FileButton>
        <Button type="submit" variant="primary" isPending={submit.isBusy}>
          {t('files.look')}
        </Button>
      </div>
    </Form>
  );
}

function Applied({ done: { applied, series, codes } }: { readonly done: AppliedDrops }) {
  const t = useText();
  const [kept, keep] = useState<readonly number[]>([]);
  const ofSeries = new Set(series.map((one) => one.series));
  return (
    <Section title={t('files.done')}>
      <ul>
        {applied.map((id) => (
          <li key={id}>
            {ofSeries.has(id) ? (
              <Link to={'/series/$series' as never} params={{ series: id } as never}>
                {id}
              </Link>
            ) : (
              <Link to="/drops/$drop" params={{ drop: id } as never}>
                {id}
              </Link>
            )}
          </li>
        ))}
      </ul>
      {codes.map(
        ({ drop, label, codes: made }, at) =>
          !kept.includes(at) && (
            <ToldOnce
              key={`${drop} ${label}`}
              title={t('files.codes', { drop, label })}
              lead={t('files.codes-lead')}
              secret={made.join('\n')}
              onKept={() => keep([...kept, at])}
            />
          ),
      )}
    </Section>
  );
}
