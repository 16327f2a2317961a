import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createCollector } from '../../bench/client/collector.ts';
import { createRequests, requestText, UNIQUE } from '../../bench/client/requests.ts';
import { ResponseReader } from '../../bench/client/response-reader.ts';

const OK = 'HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX: y\r\n\r\nhello';

describe('answers', () => {
  test('an answer is complete however it is cut into chunks', () => {
    for (let cut = 1; cut < OK.length; cut++) {
      const reader = new ResponseReader();
      expect(reader.push(Buffer.from(OK.slice(0, cut)))).toBe(0);
      expect(reader.push(Buffer.from(OK.slice(cut)))).toBe(201);
      expect(reader.body.toString()).toBe('hello');
    }
  });

  test('who is sent away learns when to come back, from that answer alone', () => {
    const reader = new ResponseReader();
    const away = (status: number) =>
      Buffer.from(`HTTP/1.1 ${status} X\r\nRetry-After: 3\r\ncontent-length: 0\r\n\r\n`);
    const told = [503, 200, 429].map((status) => [reader.push(away(status)), reader.retryAfterMs]);
    expect(told).toEqual([
      [503, 3000],
      [200, null],
      [429, 3000],
    ]);
  });

  test('204 and 304 have no body', () => {
    const reader = new ResponseReader();
    expect(reader.push(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'))).toBe(204);
    expect(reader.body.length).toBe(0);
    expect(reader.push(Buffer.from('HTTP/1.1 304 Not Modified\r\netag: "a"\r\n\r\n'))).toBe(304);
  });

  test.each([
    ['an answer nobody asked for', `${OK}${OK}`],
    ['an answer without a length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['something that is not HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ])('%s is an error, never a result', (_name, text) => {
    expect(() => new ResponseReader().push(Buffer.from(text))).toThrow();
  });
});

describe('requests', () => {
  test('every request with a number of its own has another one, and the length that its head names', () => {
    const text = requestText({
      method: 'POST',
      path: '/x',
      host: 'h',
      headers: { 'idempotency-key': `k-${UNIQUE}` },
      body: JSON.stringify({ nonce: `n-${UNIQUE}` }),
    });
    const at = createRequests([text]);
    const sent = [at(0), at(1), at(999_999)];
    expect(new Set(sent).size).toBe(3);
    for (const one of sent) {
      const [head = '', body = ''] = one.split('\r\n\r\n');
      expect(head).toContain(`content-length: ${body.length}`);
      expect(head).not.toContain(UNIQUE);
    }
  });

  test('texts are taken in turn', () => {
    const at = createRequests(['a', 'b', `c${UNIQUE}`]);
    expect([at(0), at(1), at(2), at(3)]).toEqual(['a', 'b', 'c000000000002', 'a']);
  });
});

describe('what answers told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-collector-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('the field of every answer is kept, a line each, over several writes', () => {
    const file = join(folder, 'kept');
    const collector = createCollector({ file, field: 'id', length: 300 });
    const ids = Array.from({ length: 5_000 }, (_, n) => String(n).padStart(300, '0'));
    for (const id of ids) collector.take(Buffer.from(JSON.stringify({ other: 1, id })));
    collector.close();
    expect(readFileSync(file, 'utf8').split('\n')).toEqual([...ids, '']);
  });

  test('an answer without the field, or with another length of it, is an error', () => {
    const collector = createCollector({ file: join(folder, 'faults'), field: 'id', length: 4 });
    for (const body of ['{}', '{"id":"abc"}', '{"id":"abcde"}', '{"id":1234}'])
      expect(() => collector.take(Buffer.from(body))).toThrow('without "id"');
    collector.close();
  });
});
