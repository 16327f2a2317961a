import { expect, test } from 'vitest';
import { nameSchemas } from '../../src/named-schemas.ts';

const Colour = { type: 'string', description: '#rrggbb' };
const Theme = { type: 'object', properties: { accent: Colour } };
const answering = (schema: object) => ({ get: { responses: { 200: { content: { json: { schema } } } } } });
const described = {
  info: { title: 'Service' },
  paths: { '/theme': answering(Theme), '/themes': answering({ type: 'array', items: Theme }) },
};

test('a schema that has a name stands once, also within another, and is referred to wherever it is used', () => {
  expect(nameSchemas(described, { Theme, Colour })).toEqual({
    info: { title: 'Service' },
    components: {
      schemas: {
        Colour,
        Theme: { type: 'object', properties: { accent: { $ref: '#/components/schemas/Colour' } } },
      },
    },
    paths: {
      '/theme': answering({ $ref: '#/components/schemas/Theme' }),
      '/themes': answering({ type: 'array', items: { $ref: '#/components/schemas/Theme' } }),
    },
  });
});

test('a schema without a name stays where it is', () => {
  expect(nameSchemas(described, {})).toMatchObject(described);
});

test('a name for a schema that no path has is refused', () => {
  const names = { Theme, Logo: { type: 'object' } };
  expect(() => nameSchemas(described, names)).toThrow('no path has the schema called Logo');
});

test.each([
  [
    'a record',
    { type: 'object', patternProperties: { '^(de|en)$': Colour }, additionalProperties: false },
    { type: 'object', additionalProperties: Colour },
  ],
  ['a constant', { type: 'string', const: 'red' }, { type: 'string', enum: ['red'] }],
])('%s is known again in what Fastify makes of it', (_of, Named, found) => {
  expect(nameSchemas({ paths: { '/words': answering(found) } }, { Named }).paths).toEqual({
    '/words': answering({ $ref: '#/components/schemas/Named' }),
  });
});
