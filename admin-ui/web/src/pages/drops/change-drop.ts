/** Changes of a drop that overwrite nobody's: sent with the version that was read; when somebody was faster, what they changed is told. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { faultOf } from '../../api/api-fault.ts';
import type { Drop } from '../../api/contract.ts';
import { dropQuery } from '../../api/drops.ts';
import { read, request } from '../../api/request.ts';
import { collides, type Difference, differencesOf } from '../../domain/differences.ts';
import { type Confirmation, useConfirmation } from '../../ui/confirmation.tsx';

export interface ChangeDrop {
  /** The drop as it was when editing began: what the fields start from. */
  readonly base: Drop;
  /** What somebody else has changed since; empty while nobody did. */
  readonly others: readonly Difference[];
  readonly dialog: Confirmation['dialog'];
  /**
   * @returns the drop as it is then, what others have changed in it; null when whoever was asked said no
   * @throws ApiFault, `version-mismatch` among them: then `others` says what, and sending again overwrites knowingly
   */
  send(path: '' | '/page' | '/admission', body: Readonly<Record<string, unknown>>): Promise<Drop | null>;
  /** Starts again from what is there now. */
  startOver(): void;
}

/** @param drop as it is now */
export function useChangeDrop(drop: Drop): ChangeDrop {
  const client = useQueryClient();
  const confirmation = useConfirmation();
  const [base, setBase] = useState(drop);
  const [seen, setSeen] = useState(drop);
  const keep = async (newest: Drop) => {
    setSeen(newest);
    // What was asked for before is older, and may come later.
    await client.cancelQueries(dropQuery(drop.id));
    client.setQueryData(dropQuery(drop.id).queryKey, newest);
  };
  return {
    base,
    others: differencesOf(base, seen),
    dialog: confirmation.dialog,
    async send(path, body) {
      const address = `/api/v1/drops/${drop.id}`;
      const sendAs = async (version: number): Promise<Drop | null> => {
        let changed = seen;
        const isDone = await confirmation.run(async (more) => {
          const { content } = await request<Drop>('PATCH', `${address}${path}`, {
            body: { ...body, ...more },
            headers: { 'if-match': `"${version}"` },
          });
          // 202: done in the room, entered in the plan later.
          changed = 'name' in content ? content : { ...seen, policyVersion: version + 1 };
          setBase(changed);
          await keep(changed);
        });
        return isDone ? changed : null;
      };
      try {
        return await sendAs(seen.policyVersion);
      } catch (thrown) {
        if (faultOf(thrown).type !== 'version-mismatch') throw thrown;
        const newest = await read<Drop>(address);
        await keep(newest);
        // Whoever was faster meant something else: both stay.
        if (!collides(path.slice(1), body, differencesOf(seen, newest))) return sendAs(newest.policyVersion);
        throw thrown;
      }
    },
    startOver() {
      setBase(seen);
    },
  };
}
