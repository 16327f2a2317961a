// @ts-check
// Small wrong versions of a source file, one change each: operators, conditions, boundaries, returned values. What a test suite
// does not notice of them, it does not check. Types, texts and numbers are left as they are.

import { parseSync } from 'oxc-parser';

/**
 * @typedef {object} Mutant
 * @property {number} start where the text that is replaced begins
 * @property {number} end
 * @property {string} text what stands there instead
 * @property {number} line from 1
 * @property {string} what `old → new`, for people
 */

/** @type {Readonly<Record<string, string>>} */
const OPERATORS = {
  '===': '!==',
  '!==': '===',
  '==': '!=',
  '!=': '==',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '-': '+',
  '*': '/',
  '/': '*',
  '&&': '||',
  '||': '&&',
  '??': '&&',
};

/**
 * @param {string} file its name says the language
 * @param {string} source
 * @returns {Mutant[]} in the order of the text
 */
export function mutantsOf(file, source) {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  /** @type {Mutant[]} */
  const mutants = [];
  /** @param {number} start @param {number} end @param {string} text */
  const replace = (start, end, text) => {
    const line = source.slice(0, start).split('\n').length;
    const short = (/** @type {string} */ of) => of.replaceAll(/\s+/g, ' ').slice(0, 60);
    mutants.push({ start, end, text, line, what: `${short(source.slice(start, end))} → ${short(text)}` });
  };

  /** @param {any} node */
  function visit(node) {
    if (Array.isArray(node)) return void node.forEach(visit);
    if (node === null || typeof node !== 'object' || typeof node.type !== 'string') return;
    // Types run nowhere.
    if (/^TS(?!AsExpression|NonNull|Satisfies)/.test(node.type)) return;
    mutate(node);
    for (const [key, value] of Object.entries(node)) if (key !== 'type') visit(value);
  }

  /** @param {any} node */
  function mutate(node) {
    const whole = (/** @type {any} */ part) => source.slice(part.start, part.end);
    switch (node.type) {
      case 'BinaryExpression':
      case 'LogicalExpression': {
        const other = OPERATORS[node.operator];
        if (other === undefined) break;
        // `a ?? b || c` is no JavaScript: the sides keep to themselves.
        replace(node.start, node.end, `((${whole(node.left)}) ${other} (${whole(node.right)}))`);
        break;
      }
      case 'UnaryExpression':
        if (node.operator === '!') replace(node.start, node.end, `(${whole(node.argument)})`);
        break;
      case 'Literal':
        if (typeof node.value === 'boolean') replace(node.start, node.end, String(!node.value));
        break;
      case 'IfStatement':
      case 'ConditionalExpression':
        for (const value of ['true', 'false']) replace(node.test.start, node.test.end, value);
        break;
      case 'WhileStatement':
        // The other way it would never end.
        replace(node.test.start, node.test.end, 'false');
        break;
      case 'ReturnStatement':
        if (node.argument && !isNothing(node.argument))
          replace(node.argument.start, node.argument.end, 'undefined');
        break;
      case 'ArrowFunctionExpression':
        if (node.expression) replace(node.body.start, node.body.end, 'undefined');
        break;
    }
  }

  visit(program.body);
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** @param {any} node */
const isNothing = (node) =>
  (node.type === 'Identifier' && node.name === 'undefined') ||
  (node.type === 'UnaryExpression' && node.operator === 'void');
