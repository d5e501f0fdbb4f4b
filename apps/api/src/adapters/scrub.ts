/** Takes secrets and personal data out of what is logged: by the name of a field, and by the form of a text. */

const DEEPEST = 6;
const LONGEST_LIST = 50;
const LONGEST_TEXT = 4_000;

/** Fields that are left out whatever they hold. */
const NEVER =
  /^(?:.*password.*|.*secret.*|.*token|tokens|cookies?|set-cookie|authorization|(?:old|new)?_?e-?mail(?:_?key)?|to|query|sql|body|payload|input|parameters|params|values|detail|headers|name)$/i;

const SHAPES: [RegExp, string][] = [
  [/[^\s"'<>()[\],;:=]+@[^\s"'<>()[\],;:]+\.[^\s"'<>()[\],;:]+/g, '[address]'],
  [/(:\/\/)[^\s/@]+@/g, '$1[credentials]@'],
  [/\bv4\.(?:public|local)\.[\w.-]+/g, '[token]'],
  [/\bk4\.(?:secret|local)\.[\w-]+/g, '[key]'],
  [/\$argon2id\$[^\s"']+/g, '[hash]'],
  // 32 random bytes: ids of sessions, refresh secrets, secrets of links.
  [/(?<![\w-])[\w-]{43}(?![\w-])/g, '[secret]'],
];

export const scrubText = (text: string): string =>
  SHAPES.reduce((clean, [shape, instead]) => clean.replace(shape, instead), text.slice(0, LONGEST_TEXT));

/** The ORM puts the whole statement with its values before the server's message. */
const STATEMENT = /^\s*(?:select|insert|update|delete|with|begin|commit|set|lock)\b[\s\S]* - (?=[^\n]*$)/i;

const ofError = (error: Error, depth: number): object => ({
  type: error.name,
  message: scrubText(error.message.replace(STATEMENT, '')),
  ...('code' in error && (typeof error.code === 'string' || typeof error.code === 'number')
    ? { code: error.code }
    : {}),
  ...('reason' in error && typeof error.reason === 'string' ? { reason: error.reason } : {}),
  stack: framesOf(error),
  ...(error.cause === undefined ? {} : { cause: ofValue(error.cause, depth + 1) }),
});

/** Frames only: the head of a stack repeats the message. */
const framesOf = (error: Error): string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim());

const ofValue = (value: unknown, depth: number): unknown => {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '[…]';
  if (value instanceof Error) return ofError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return '[bytes]';
  if (Array.isArray(value)) return value.slice(0, LONGEST_LIST).map((entry) => ofValue(entry, depth + 1));
  return ofFields(value, depth);
};

const ofFields = (fields: object, depth: number): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      NEVER.test(key) ? '[redacted]' : ofValue(value, depth + 1),
    ]),
  );

/** A copy that may be logged. */
export const scrub = (fields: object): object =>
  fields instanceof Error ? { err: ofError(fields, 0) } : ofFields(fields, 0);
