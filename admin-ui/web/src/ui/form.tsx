/** A form that sends once, shows the server's faults at their fields, and the rest above them. */
import { createContext, type FormEvent, type ReactNode, use, useMemo, useRef, useState } from 'react';
import { type ApiFault, faultOf, reasonsByField } from '../api/api-fault.ts';
import { FaultNote } from './fault-note.tsx';

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
  reasonFor(field: string): string | undefined;
}
const FormFaults = createContext<Faults>({ reasonFor: () => undefined });

/** Why the server refuses a field, by its name in the body; undefined when it does not. */
export const useReasonFor = (field: string): string | undefined => use(FormFaults).reasonFor(field);

export interface FormProps {
  readonly submit: Submit;
  readonly children: ReactNode;
  /** Fields that are on the screen; faults of others are told above. By default those that asked. */
  readonly className?: string;
}

export function Form({ submit, children, className = 'form' }: FormProps) {
  const asked = useRef(new Set<string>());
  const { fault } = submit;
  const faults = useMemo(() => {
    const reasons = reasonsByField(fault?.fields ?? []);
    return {
      reasons,
      reasonFor(field: string) {
        asked.current.add(field);
        return reasons.get(field);
      },
    };
  }, [fault]);
  const elsewhere = [...faults.reasons].filter(([field]) => !asked.current.has(field));
  const isAllAtFields = fault !== null && faults.reasons.size > 0 && elsewhere.length === 0;
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
        {fault && !isAllAtFields && <FaultNote fault={fault} fields={elsewhere} />}
        {children}
      </form>
    </FormFaults>
  );
}
