const ADDRESS = /[^\s"'<>()[\]{},;:=@]+@[^\s"'<>()[\]{},;:=@]+/g;

/** Text in which every e-mail address is replaced: for logs, for the error kept with a job, for an operator's screen. */
export const redactAddresses = (text: string): string => text.replace(ADDRESS, '[address]');

/** The same for everything inside a JSON value, names of fields included. */
export const redactJson = (value: unknown): unknown => {
  if (typeof value === 'string') return redactAddresses(value);
  if (Array.isArray(value)) return value.map(redactJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [redactAddresses(name), redactJson(inner)]),
  );
};
