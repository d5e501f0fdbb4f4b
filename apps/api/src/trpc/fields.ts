/** The part of a zod issue that says where and what; never the value. */
export interface Issue {
  code?: string;
  path: readonly PropertyKey[];
  message: string;
  keys?: readonly string[];
}

const WHOLE = 'input';
/** More would only make the answer long. */
const MOST_FIELDS = 20;
const LONGEST_NAME = 64;

/** The issues of a zod error, or null for any other value. */
export const issuesOf = (error: unknown): readonly Issue[] | null =>
  error instanceof Error && 'issues' in error && Array.isArray(error.issues)
    ? (error.issues as Issue[])
    : null;

/** `{path: code}`, the first code of each path. */
export const fieldsOf = (issues: readonly Issue[], input: unknown): Record<string, string> => {
  const fields = new Map<string, string>();
  const add = (path: readonly PropertyKey[], code: string) => {
    const name = path.length === 0 ? WHOLE : path.map(String).join('.').slice(0, LONGEST_NAME);
    if (!fields.has(name) && fields.size < MOST_FIELDS) fields.set(name, code);
  };
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys ?? []) add([...issue.path, key], 'unrecognized');
    else add(issue.path, codeOf(issue, input));
  }
  return Object.fromEntries(fields);
};

/** Contracts write their codes as messages; what zod finds by itself is named here. */
const codeOf = (issue: Issue, input: unknown): string => {
  if (issue.code === 'invalid_type') return at(input, issue.path) === undefined ? 'required' : 'wrong_type';
  if (/^[a-z]+(?:_[a-z]+)*$/.test(issue.message)) return issue.message;
  if (issue.code === 'invalid_value') return at(input, issue.path) === undefined ? 'required' : 'not_allowed';
  return issue.code === 'too_big' ? 'too_long' : issue.code === 'too_small' ? 'too_short' : 'malformed';
};

const at = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined,
    input,
  );
