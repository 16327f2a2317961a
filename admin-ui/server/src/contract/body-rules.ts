/** Rules that belong to a body's schema and that no schema can state. */
import type { TSchema } from 'typebox';
import type { Fault } from '../domain/fault.ts';

/** @param nowMs of this process, for what lies in the past; whatever decides goes by Redis's clock */
export type BodyRules = (body: unknown, nowMs: number) => Fault[];

const rulesBySchema = new WeakMap<object, BodyRules>();

/** Ties rules to a schema. They see every body, also one that the schema refuses. */
export function withRules<T extends TSchema>(schema: T, rules: BodyRules): T {
  rulesBySchema.set(schema, rules);
  return schema;
}

export function rulesOf(schema: object): BodyRules | undefined {
  return rulesBySchema.get(schema);
}
