/** A reader of an event stream, as a browser's EventSource is one. */
import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface StreamEvent {
  readonly event: string;
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests read data whose shape is what they check
  readonly data: any;
}

export interface EventReader {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly events: readonly StreamEvent[];
  /** The server has ended it. */
  readonly isOver: boolean;
  of(event: string): StreamEvent[];
  close(): void;
}

/** On a connection of its own, which is closed with it: a pool would keep one more at hand, and a server that closes waits for it. */
export async function readEvents(url: string, headers: Record<string, string>): Promise<EventReader> {
  const options = { headers: { accept: 'text/event-stream', ...headers }, agent: false };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, options, resolve).on('error', reject);
  });
  const events: StreamEvent[] = [];
  const reader = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    isOver: false,
    of: (event: string) => events.filter((one) => one.event === event),
    close: () => void response.destroy(),
  };
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    events.push(...blocks.flatMap(eventsOf));
  });
  response.on('error', () => {});
  response.on('close', () => {
    reader.isOver = true;
  });
  return reader;
}

function eventsOf(block: string): StreamEvent[] {
  const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
  const data = field('data');
  return data === undefined
    ? []
    : [{ event: field('event') ?? 'message', id: field('id'), data: JSON.parse(data) }];
}
