/** A form that sends once, shows the server's faults at their fields, and the rest above them. */
import {
  createContext,
  type FormEvent,
  type ReactNode,
  use,
  useLayoutEffect,
  useMemo,
  useState,
} from 'react';
import { type ApiFault, faultOf, reasonsByField } from '../api/api-fault.ts';
import { Button } from './button.tsx';
import { FaultNote } from './fault-note.tsx';
import { useServerWords } from './server-words/server-words.ts';

export interface Submit {
  (): Promise<void>;
  readonly isBusy: boolean;
  readonly fault: ApiFault | null;
  /** Says something of its own, as a server would. */
  refuse(fault: ApiFault | null): void;
}

/** @param send throws an ApiFault when it is refused */
export function useSubmit(send: () => Promise<void>): Submit {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const submit = async () => {
    if (isBusy) return;
    setBusy(true);
    setFault(null);
    try {
      await send();
    } catch (thrown) {
      setFault(faultOf(thrown));
    } finally {
      setBusy(false);
    }
  };
  return Object.assign(submit, { isBusy, fault, refuse: setFault });
}

interface Faults {
  readonly reasons: ReadonlyMap<string, string>;
  /** Says that a field is on the screen. @returns says that it is gone */
  show(field: string): () => void;
}
const FormFaults = createContext<Faults>({ reasons: new Map(), show: () => () => {} });

/**
 * Why the server refuses a field that is on the screen.
 * @param names in the body: what it is sent as, and what the server may call it
 * @returns undefined when it does not
 */
export function useReasonFor(...names: readonly string[]): string | undefined {
  const { reasons, show } = use(FormFaults);
  const joined = names.join(' ');
  useLayoutEffect(() => {
    const hides = joined.split(' ').map(show);
    return () => {
      for (const hide of hides) hide();
    };
  }, [joined, show]);
  const found = names.flatMap((name) => reasons.get(name) ?? []);
  return found.length === 0 ? undefined : found.join('; ');
}

/** What the server said was about what was sent: once a field has been changed it says it no more. */
export function useMendable(reason: string | undefined): { reason: string | undefined; mend(): void } {
  const [mended, setMended] = useState<string>();
  const shown = mended === reason ? undefined : reason;
  return { reason: shown, mend: () => setMended(reason) };
}

export interface FormProps {
  readonly submit: Submit;
  readonly children: ReactNode;
  readonly className?: string;
  /** A type of fault that the page tells in its own way. */
  readonly toldElsewhere?: string;
}

export function Form({ submit, children, className = 'form', toldElsewhere }: FormProps) {
  const { fault } = submit;
  const words = useServerWords();
  const [shown, setShown] = useState<readonly string[]>([]);
  const faults = useMemo(
    () => ({
      reasons: reasonsByField(fault?.fields ?? [], words.reason),
      show(field: string) {
        setShown((fields) => [...fields, field]);
        return () => setShown((fields) => fields.toSpliced(fields.indexOf(field), 1));
      },
    }),
    [fault, words],
  );
  const elsewhere = [...faults.reasons].filter(([field]) => !shown.includes(field));
  const isAllAtFields = faults.reasons.size > 0 && elsewhere.length === 0;
  return (
    <FormFaults value={faults}>
      <form
        className={className}
        noValidate
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          event.stopPropagation();
          void submit();
        }}
      >
        {fault && !isAllAtFields && fault.type !== toldElsewhere && (
          <FaultNote fault={fault} fields={elsewhere} />
        )}
        {children}
      </form>
    </FormFaults>
  );
}

/** What sends a form that has one thing to do. */
export const SubmitRow = ({
  isBusy,
  children,
}: {
  readonly isBusy: boolean;
  readonly children: ReactNode;
}) => (
  <div className="actions">
    <Button type="submit" variant="primary" isPending={isBusy}>
      {children}
    </Button>
  </div>
);
