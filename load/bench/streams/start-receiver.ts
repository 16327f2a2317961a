/** The receiver of event streams, as a process beside the services. */
import { messageFrom, startNode } from '../helpers.ts';
import type { Received, ReceiverAnswer, ReceiverOrder } from './orders.ts';

export interface Receiver {
  readonly pid: number;
  /** @throws Error when a stream is refused or ends */
  open(port: number, requests: readonly string[]): Promise<Received>;
  /** Everything since the last call. */
  take(): Promise<Received>;
}

export async function startReceiver(): Promise<Receiver> {
  const { child, pid } = await startNode('bench-receiver', './streams/receiver.ts');
  const ask = async (order: ReceiverOrder): Promise<Received> => {
    child.send(order);
    const answer = (await messageFrom(child)) as ReceiverAnswer;
    if (!answer.ok) throw new Error(answer.message);
    return answer;
  };
  return {
    pid,
    open: (port, requests) => ask({ kind: 'open', port, requests }),
    take: () => ask({ kind: 'take' }),
  };
}
