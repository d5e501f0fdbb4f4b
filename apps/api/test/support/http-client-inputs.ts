import type { Procedure } from './http-client-table.ts';

interface Definition {
  type: string;
  shape?: Record<string, { _zod: { def: Definition } }>;
  innerType?: { _zod: { def: Definition } };
}

/** One field of an input, as its contract describes it. */
export interface Field {
  name: string;
  type: string;
  isOptional: boolean;
  isNullable: boolean;
}

const definitionOf = (schema: unknown): Definition => (schema as { _zod: { def: Definition } })._zod.def;

/** The fields of a procedure's input; empty when it takes none. @throws Error for a form that this does not know. */
export const fieldsOf = ({ path, schema }: Procedure): Field[] => {
  if (schema === undefined) return [];
  const { type, shape, innerType } = definitionOf(schema);
  if (type === 'optional' && innerType) return fieldsOf({ path, schema: innerType } as unknown as Procedure);
  if (type !== 'object' || shape === undefined) throw new Error(`${path} takes no object`);
  return Object.entries(shape).map(([name, field]) => {
    let definition = field._zod.def;
    const wrapped = new Set<string>();
    while (definition.innerType) {
      wrapped.add(definition.type);
      definition = definition.innerType._zod.def;
    }
    const [isOptional, isNullable] = [wrapped.has('optional'), wrapped.has('nullable')];
    return { name, type: definition.type, isOptional, isNullable };
  });
};

const NEVER_A_TEXT: unknown[] = [0, 1, -1, 1e308, true, false, [], {}, ['text'], { toString: 'x' }, [[[[]]]]];
const BAD_TEXTS = [
  '\u0000',
  'text\u0000',
  'a@b.test\u0000',
  '\ud800',
  'x\udfff',
  'x'.repeat(20_000),
  '😀'.repeat(9_000),
];

const BAD_VALUES: Record<string, unknown[]> = {
  string: [...NEVER_A_TEXT, '', ...BAD_TEXTS],
  enum: [...NEVER_A_TEXT, '', 'COOKIE', ' cookie', ...BAD_TEXTS],
  boolean: ['', 'true', 'false', 0, 1, [], {}, [true]],
  number: ['', '1', 0, -1, 1.5, 101, 2 ** 53, 1e308, true, [], {}, [1]],
};

/** Values that no contract takes for a field of this type. @throws Error for a type that this does not know. */
export const badValuesFor = (field: Field): unknown[] => {
  const values = BAD_VALUES[field.type];
  if (values === undefined) throw new Error(`nothing is known of ${field.type}: say what is bad for it`);
  return field.isNullable ? values : [...values, null];
};

/** Inputs that are no object at all. */
export const NO_OBJECTS: unknown[] = [null, [], [{}], '', 'text', 0, 1, true, false];

/** Bodies that are refused before anybody looks for fields, whatever they are meant for. */
export const NO_INPUTS: [what: string, text: string][] = [
  ['no JSON', '{'],
  ['two documents', '{}{}'],
  ['a number that JSON has not', '{"email":NaN}'],
  ['a byte order mark', '\ufeff{}'],
  ['a key twice', '{"email":"a@b.test","email":"c@d.test"}'],
  ['a prototype', '{"__proto__":{"isAdmin":true}}'],
  ['a prototype in another spelling', '{"\\u005f_proto__":{"isAdmin":true}}'],
  ['a prototype further in', '{"email":{"__proto__":{"isAdmin":true}}}'],
  ['a constructor', '{"constructor":{"prototype":{"isAdmin":true}}}'],
  ['lists in lists', `${'['.repeat(9)}${']'.repeat(9)}`],
  ['objects in objects', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
  ['lists without an end', '['.repeat(60_000)],
];
