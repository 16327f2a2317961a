/**
 * Checks bodies by their schema and the rules tied to it, and names every fault at once. Nothing is converted: a number in
 * quotes is a mistake, and null is never taken for 0.
 */
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import { brokenTexts } from '@sluice/service-kit';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { rulesOf } from '../contract/body-rules.ts';

/** As service-kit's error handler reads faults. */
interface FieldError {
  readonly instancePath: string;
  readonly message: string;
  readonly keyword: string;
  readonly schemaPath: string;
  readonly params: Record<string, unknown>;
}

type Finding = ReturnType<ReturnType<typeof Compile>['Errors']>[number];

/** For `setValidatorCompiler`; parameters and queries are checked as everywhere else. */
export const compileValidator: FastifySchemaCompiler<TSchema> = (route) => {
  if (route.httpPart !== 'body') {
    const check = TypeBoxValidatorCompiler(route);
    return (given: unknown) => {
      const broken = brokenTexts(given).map(({ path, reason }) => fieldError(path, reason));
      return broken.length > 0 ? { error: broken } : check(given);
    };
  }
  const schema = Compile(route.schema);
  const rules = rulesOf(route.schema);
  return (given: unknown) => {
    // An act without a body is an act without a reason.
    const body = given ?? {};
    const findings = schema.Check(body) ? [] : schema.Errors(body).flatMap(errorsOf);
    const faults = [...(rules?.(body, Date.now()) ?? []), ...brokenTexts(body)].map(({ path, reason }) =>
      fieldError(path, reason),
    );
    const errors = [...withoutNullNoise(findings), ...faults];
    return errors.length > 0 ? { error: errors } : { value: body };
  };
};

function fieldError(instancePath: string, message: string, params: Record<string, unknown> = {}): FieldError {
  return { instancePath, message, keyword: '', schemaPath: '', params };
}

/** One for each member that is missing or unknown, as the error handler expects them. */
function errorsOf(finding: Finding): (FieldError & { readonly keyword: string })[] {
  const { keyword, instancePath, schemaPath, message } = finding;
  const params = finding.params as { requiredProperties?: string[]; additionalProperties?: string[] };
  const error = { ...fieldError(instancePath, message, { ...params }), keyword, schemaPath };
  if (keyword === 'required')
    return (params.requiredProperties ?? []).map((missingProperty) => ({
      ...error,
      params: { missingProperty },
    }));
  if (keyword === 'additionalProperties')
    return (params.additionalProperties ?? []).map((additionalProperty) => ({
      ...error,
      params: { additionalProperty },
    }));
  if (keyword === 'const')
    return [{ ...error, message: `must be exactly ${(params as { allowedValue?: unknown }).allowedValue}` }];
  return keyword === 'boolean' ? [] : [error];
}

/** A union with null finds three faults where there is one. */
function withoutNullNoise(errors: FieldError[]): FieldError[] {
  const nullable = new Set(
    errors
      .filter(
        ({ keyword, params, schemaPath }) =>
          keyword === 'type' && params.type === 'null' && /anyOf/.test(schemaPath),
      )
      .map(({ instancePath }) => instancePath),
  );
  return errors
    .filter(
      ({ keyword, params, instancePath }) =>
        !nullable.has(instancePath) || (keyword !== 'anyOf' && params.type !== 'null'),
    )
    .map((error) =>
      nullable.has(error.instancePath) ? { ...error, message: `${error.message} or null` } : error,
    );
}
