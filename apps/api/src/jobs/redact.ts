// What stands around an address may go with it: better a word too many than half an address.
const ADDRESS = /(?:"[^"\n]{1,64}"|[^\s"<>()[\],;:@]+)@[^\s"<>()[\],;:@]+/g;

/** The ORM puts the whole statement with its values before the server's message. */
const STATEMENT = /^\s*(?:select|insert|update|delete|with|begin|commit|set|lock)\b[\s\S]* - (?=[^\n]*$)/i;

const LONGEST = 1_000;

/** Text in which every e-mail address is replaced: for logs, for the error kept with a job, for an operator's screen. */
export const redactAddresses = (text: string): string => text.replace(ADDRESS, '[address]');

/** What is kept of an error with its job: one bounded text without statements, values and addresses. */
export const keptError = (error: unknown): string => {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const said = redactAddresses(message.replace(STATEMENT, ''));
  return `${name}${code === '' ? '' : ` ${code}`}: ${said}`.slice(0, LONGEST);
};

/** `redactAddresses` for everything inside a JSON value, names of fields included. */
export const redactJson = (value: unknown): unknown => {
  if (typeof value === 'string') return redactAddresses(value);
  if (Array.isArray(value)) return value.map(redactJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [redactAddresses(name), redactJson(inner)]),
  );
};
