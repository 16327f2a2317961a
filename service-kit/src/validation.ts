/**
 * How every listener of a service validates: nothing unknown is dropped in silence, and every fault is told at once. Text
 * from an address or a header is read as what the schema says; a body says itself what it is, so a number in quotes there
 * is a mistake.
 */
import createCompilers from '@fastify/ajv-compiler';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import { brokenTexts } from './broken-texts.ts';

const RULES = { removeAdditional: false, allErrors: true } as const;

const compilers = createCompilers();
const compileText = compilers({}, { customOptions: { ...RULES, coerceTypes: 'array' } });
const compileBody = compilers({}, { customOptions: { ...RULES, coerceTypes: false } });

interface Check {
  (value: unknown): boolean;
  errors?: readonly FastifySchemaValidationError[] | null;
}

/** Whether a body is what its schema says, by the same rules as the router's. */
export function compileBodyCheck(schema: object): (body: unknown) => boolean {
  const check = compileValidator({ schema, method: '', url: '', httpPart: 'body' });
  return (body) => check(body) === true;
}

/** For `setValidatorCompiler`. */
export const compileValidator: FastifySchemaCompiler<unknown> = (route) => {
  const compile = route.httpPart === 'body' ? compileBody : compileText;
  const check = compile(route as never) as Check;
  return (given: unknown) => {
    const found = check(given) ? [] : (check.errors ?? []);
    const broken = brokenTexts(given).map(({ path, reason }) => ({
      ...{ instancePath: path, message: reason, keyword: '', schemaPath: '', params: {} },
    }));
    return found.length + broken.length === 0 || { error: [...found, ...broken] };
  };
};
