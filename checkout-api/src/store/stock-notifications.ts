/** Hears of changes of stock through LISTEN: the triggers of migration 000012 announce them. Works on any server. */
import pg from 'pg';
import { statementText } from './statements.ts';
import type { FeedConnection, OnStockChanged } from './stock-feed.ts';

const connectTimeoutMs = 2000;

/** @throws what the connection threw */
export async function openNotifications(url: string, onChange: OnStockChanged): Promise<FeedConnection> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'checkout stock notifications',
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: connectTimeoutMs,
    keepAlive: true,
  });
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  client.on('error', () => {}); // 'end' follows
  client.on('notification', ({ payload = '' }) => {
    const [drop = '', mark] = payload.split(' ');
    onChange({ drop, cameBack: mark === '+' });
  });
  try {
    await client.connect();
    await client.query(statementText('listen-stock'));
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return { ended, close: () => client.end() };
}
