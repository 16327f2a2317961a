/**
 * Why a field is refused, each with a code that the admin UI has words for in every language: `reason.<code>` in
 * `admin-ui/web/src/ui/reasons.….json`. A reason that is not in here does not compile; a test asks for its words.
 */
import { createTextReader, type TextOf } from './templates.ts';

export const REASONS = {
  // What schemas say, in TypeBox's and Ajv's words.
  missing: 'must be given',
  unknown: 'is not a known field',
  'one-of': 'must be one of {values}',
  'one-of-some': 'must be equal to one of the allowed values',
  constant: 'must be equal to constant',
  exactly: 'must be exactly {value}',
  'no-choice': 'must match a schema in anyOf',
  'min-items': 'must not have fewer than {limit} items',
  'max-items': 'must not have more than {limit} items',
  'min-characters': 'must not have fewer than {limit} characters',
  'max-characters': 'must not have more than {limit} characters',
  'min-fields': 'must not have fewer than {limit} properties',
  'max-fields': 'must not have more than {limit} properties',
  'at-least': 'must be >= {limit}',
  'at-most': 'must be <= {limit}',
  'more-than': 'must be > {limit}',
  'less-than': 'must be < {limit}',
  'multiple-of': 'must be multiple of {of}',
  'no-duplicates': 'must not have duplicate items',
  'must-not-be': 'must not be valid',
  email: 'must match format "email"',
  uri: 'must match format "uri"',
  instant: 'must match format "date-time"',
  format: 'must match format "{format}"',
  pattern: 'must match pattern "{pattern}"',
  'name-not-allowed': 'property names {names} are invalid',
  integer: 'must be integer',
  number: 'must be number',
  boolean: 'must be boolean',
  text: 'must be string',
  list: 'must be array',
  object: 'must be object',
  nothing: 'must be null',
  'some-type': 'must be either {types}',

  // What service-kit says.
  'broken-text': 'must not contain NUL or half a character',
  'broken-name': 'has a name with NUL or half a character',
  'too-long': 'is too long',
  'media-type': 'is not one that this route takes',
  'not-json': 'is not valid JSON',
  'no-body': 'must not be empty when content-type is application/json',
  'body-length': 'does not match the body',
  path: 'is not a valid path',
  'path-part': 'has a part that is too long',
  'not-valid': 'is not valid',

  // Schedules.
  zone: 'must be a zone like Europe/Berlin',
  beside: 'can not stand beside {field}',
  'no-date': 'must be a date that exists, like 2026-12-01T18:00',
  'clock-twice': 'happens twice in {zone}, since clocks go back: say earlier ({earlier}) or later ({later})',
  'clock-never':
    'does not exist in {zone}, since clocks go forward: say earlier ({earlier}) or later ({later})',
  past: 'must not lie in the past',
  'five-years': 'must lie within the next five years',
  'after-opening': 'must be later than opensAt',
  'or-local': 'or opensAtLocal must be given',

  // Drops, pages, products, stock.
  origin: 'must be an origin like https://shop.example (http on loopback only)',
  'in-origins': 'must lie in one of returnOrigins',
  'no-shop': 'must name the shop: without it nobody can be let in',
  'stated-twice': '{what} is stated twice',
  currency: 'must be a currency of ISO 4217, like EUR',
  twice: 'is stated twice',
  'needs-product': 'must name at least one product while stockBound is on',
  'no-stock-bound': 'must stay off for a drop without products',
  'words-bytes': 'must be at most {bytes} bytes together',
  reserved: 'must not begin with {prefix}: only rehearsals are called so',
  'rate-bounds': 'must lead to a rate from {min} to {max}',
  'to-or-by': 'or by must be given, and not both',
  'not-zero': 'must not be 0',
  'one-key': 'or number, reference or order must be given, and only one',
  reference: 'must look like K7Q-4MD',
  'no-ticket': 'is not a ticket of this drop',
  'no-logo-picture': 'is no PNG, JPEG or WebP picture',
  'logo-other-type': 'is {is}, not {said} as content-type says',
  'logo-too-large': 'has {width} × {height} pixels; {millions} million are the most',
  'logo-too-small': 'has {width} × {height} pixels; each side needs {side} at least',
  'logo-broken': 'can not be decoded: the file is broken or cut off',

  // Who may join.
  'private-key': 'must not be a private key: leave "d" with whoever signs',
  'key-x': 'must have "x" of 32 bytes in base64url',
  'key-x-y': 'must have "x" and "y" of 32 bytes in base64url',
  'key-kind': 'must be an Ed25519 (OKP) or P-256 (EC) key',
  'word-short': 'must have at least {limit} letters and digits',
  'one-word': 'must be 1 beside word',
  'word-taken': 'is or was a code of this drop',
  'codes-many': 'must not make more than {most} codes at once',

  // Drops that recur.
  'rule-parts': 'must be parts like FREQ=WEEKLY;BYDAY=TH',
  'rule-part': 'has "{part}", which is none of {parts}',
  'rule-frequency': 'needs FREQ, one of {values}',
  'rule-twice': 'says something twice',
  'rule-count': 'has a COUNT that is no number from 1 on',
  'rule-until': 'has an UNTIL that is not UTC, like 20261231T230000Z',
  'rule-value': 'has {part}={value}, which does not exist',
  'rule-beside': 'has {part}, which can not stand beside {other}',
  'rule-counted-days':
    'counts the days of BYDAY, which goes with months and years only, and not beside BYWEEKNO',
  'rule-position': 'has BYSETPOS, which needs another part that begins with BY',
  'rule-wrong': 'is not a rule of RFC 5545 that can be followed',
  'rule-many': 'must give less than {most} drops in two years',
  'rule-none': 'gives no drop in the next two years',
  'no-occurrence': 'names {local}, at which nothing occurs',
  'choice-needed': 'is needed: {local} {why}',
  'choice-twice':
    'is needed: {local} happens twice in {zone}, since clocks go back: say earlier ({earlier}) or later ({later})',
  'choice-never':
    'is needed: {local} does not exist in {zone}, since clocks go forward: say earlier ({earlier}) or later ({later})',
  occurrence: 'must be the clock time of an occurrence',

  // Tables and files.
  csv: 'must be text/csv',
  'csv-cells': 'must have {columns} cells, as the first line, and has {cells}',
  'csv-open': 'begins a quoted cell that does not end',
  'csv-after': 'has a cell that goes on after its closing quote: a quote inside is written twice',
  'csv-inside':
    'has a quote inside a cell that does not begin with one: quote the whole cell, and write the inner one twice',
  'csv-wrong': 'is not valid CSV',
  'csv-lines': 'must have at most {most} movements',
  'column-once': 'must name the column {name} once',
  column: 'must name the column {name}',
  'column-unknown': 'names an unknown column {name}',
  'column-twice': 'names a column twice',
  'no-movement': 'is followed by no movement',
  'no-sku': 'is no SKU of this drop',
  delta: 'must be a whole number, like 20 or -5',
  whole: 'must be a whole number',
  'between-characters': 'must have 1 to {most} characters',
  'yaml-twice': 'has "{name}" twice: again in line {line}',
  'yaml-indent': 'is not indented as what it belongs to: line {line}, column {column}',
  'yaml-tab': 'is indented by a tab in line {line}: only spaces can be',
  'yaml-quote': 'has a quote in line {line} that is never closed',
  'yaml-bracket': 'has a bracket in line {line} that is never closed',
  'yaml-colon': 'has a name without a colon and a space after it in line {line}',
  'yaml-colons': 'has a second colon in line {line}: put the value in quotes',
  'yaml-start': 'has a value that begins with {mark} in line {line}: put it in quotes',
  'yaml-escape': 'has a backslash in line {line} that stands before nothing known: write it twice',
  'yaml-documents': 'has several documents, the second from line {line} on: one is taken',
  'yaml-anchor': 'refers to "{name}", which is not named before',
  yaml: 'is not valid YAML: line {line}, column {column}',
  'yaml-loops': 'refers to itself, or too often to other places',

  // Accounts.
  'password-short': 'must have at least {limit} characters',
  'password-long': 'must have at most {limit} characters',
  'password-same': 'must have at least {limit} different characters',
  'password-address': 'must not be made of the e-mail address',
  'first-owner': 'must be given for the first owner',
  'owner-limit': 'must be null for an owner',
  etag: 'must be the ETag of the drop, like "42"',
  cursor: 'must be the `next` of an earlier answer',

  // What the checkout says, whose answers are handed on.
  'too-many-returned': 'names more than was bought and has not come back',
  address: 'must be an address',
  'address-credentials': 'must not contain credentials',
  'address-https': 'must begin with https://',
  'address-public': 'must lead to a public address',
  'no-order': 'is no order',
} as const;

/** The end of a sentence that begins with a field's name. */
export type Reason = TextOf<(typeof REASONS)[keyof typeof REASONS]>;

const read = createTextReader(REASONS);

/** Null is no answer that people give in a form: `must be >= 1 or null` is `must be >= 1`. */
export const readReason = (reason: string) => read(reason.replace(/ or null$/, ''));
