import { expect, test } from 'vitest';
import { markOptionalBodies } from '../../src/optional-bodies.ts';

const posting = (type: string | string[]) => ({
  post: { requestBody: { required: true, content: { 'application/json': { schema: { type } } } } },
});

test('a body that may be null is described as one that may be left away, any other as it was', () => {
  const described = markOptionalBodies({
    paths: { '/join': posting(['object', 'null']), '/pay': posting('object'), '/read': { get: {} } },
  });
  expect(described.paths['/join'].post.requestBody.required).toBe(false);
  expect(described.paths['/pay'].post.requestBody.required).toBe(true);
});
