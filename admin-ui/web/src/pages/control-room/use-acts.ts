/**
 * Acts on the drop: sent once, asked about when the server asks, told when they are done. Nothing on the screen changes by
 * an act itself: only the room's next second does that.
 */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiFault, faultOf } from '../../api/api-fault.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { useFaultText } from '../../ui/fault-note.tsx';
import { useRecordWords } from '../../ui/record-words/record-words.ts';
import { useServerWords } from '../../ui/server-words/server-words.ts';
import { tell } from '../../ui/toasts.tsx';

export interface ActRequest {
  readonly method?: 'POST' | 'PATCH';
  /** After `/api/v1/drops/{drop}/`. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What was done, for the person who did it. */
  readonly done: string;
}

/** What the server wants to hear a yes to. */
export interface Question {
  readonly act: ActRequest;
  /** In the server's words, one sentence each. */
  readonly dangers: readonly string[];
}

export interface Acts {
  /** @returns whether it is done; what was refused has been told or asked about. */
  run(act: ActRequest): Promise<boolean>;
  /** As {@link run}, for forms: whatever is refused is thrown, but for what is asked about. */
  submit(act: ActRequest): Promise<boolean>;
  readonly question: Question | null;
  confirm(): Promise<void>;
  leave(): void;
  readonly isBusy: boolean;
}

export function useActs(drop: string): Acts {
  const t = useText();
  const faultText = useFaultText();
  const words = useServerWords();
  const record = useRecordWords();
  const client = useQueryClient();
  const [question, ask] = useState<Question | null>(null);
  const [busy, setBusy] = useState(0);

  async function submit(act: ActRequest, confirm = false): Promise<boolean> {
    const { method = 'POST', path, body = {}, headers = {}, done } = act;
    setBusy((count) => count + 1);
    try {
      const { status } = await request(method, `/api/v1/drops/${drop}/${path}`, {
        body: confirm ? { ...body, confirm } : body,
        headers,
      });
      // Without the ledger it is in force all the same.
      tell(status === 202 ? t('control.done-journaled', { done }) : done);
      void client.invalidateQueries({ queryKey: ['drop', drop] });
      return true;
    } catch (thrown) {
      const fault = faultOf(thrown);
      if (fault.type !== 'confirmation-required' || confirm) throw fault;
      ask({ act, dangers: words.dangers(fault) });
      return false;
    } finally {
      setBusy((count) => count - 1);
    }
  }

  async function run(act: ActRequest, confirm = false): Promise<boolean> {
    try {
      return await submit(act, confirm);
    } catch (thrown) {
      const fault = thrown instanceof ApiFault ? thrown : faultOf(thrown);
      const named = fault.fields.map((one) => `${record.field(one.field)}: ${words.reason(one)}`);
      const why = named.join('; ') || words.detail(fault);
      tell([faultText(fault), why].filter(Boolean).join(' '), 'bad');
      return false;
    }
  }

  return {
    run,
    submit,
    question,
    async confirm() {
      const asked = question;
      ask(null);
      if (asked) await run(asked.act, true);
    },
    leave: () => ask(null),
    isBusy: busy > 0,
  };
}
