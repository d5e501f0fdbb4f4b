import { isIP } from 'node:net';
import * as z from 'zod';

/** What the documentation says about a setting. */
export interface SettingFacts {
  /** The heading it stands under. */
  group: string;
  description: string;
  /** Written as in an environment file. */
  default?: string;
  /** In place of a default that depends on something else. */
  defaultNote?: string;
  /** Never printed, and also read from the file that `<NAME>_FILE` names. */
  secret?: boolean;
}

/** A field that may be left out, with what is known about it. */
export const setting = <S extends z.ZodType<unknown, string>>(schema: S, facts: SettingFacts) =>
  schema.optional().meta({ ...facts });

/** A field with a default. */
export const settled = <S extends z.ZodType<unknown, string>>(
  schema: S,
  facts: SettingFacts & { default: string },
) => schema.prefault(facts.default as z.input<S>).meta({ ...facts });

const checked = <T>(read: (text: string) => T | undefined, message: string) =>
  z.string().transform((text, context): T => {
    const value = read(text.trim());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

export const whole = (least: number, most: number) =>
  checked((text) => {
    const value = Number(text);
    return /^\d{1,12}$/.test(text) && value >= least && value <= most ? value : undefined;
  }, `must be a whole number from ${least} to ${most}`);

export const choice = <const T extends string>(...names: T[]) =>
  checked((text) => names.find((name) => name === text), `must be one of: ${names.join(', ')}`);

export const flag = () =>
  checked((text) => (text === 'true' ? true : text === 'false' ? false : undefined), 'must be true or false');

export const text = (most: number) =>
  checked(
    (value) => (value.length > 0 && value.length <= most ? value : undefined),
    `must have 1 to ${most} characters`,
  );

/** Keys are judged together, by the ring. */
export const material = () => z.string();

export const urlOf = (...protocols: string[]) =>
  checked(
    (value) => {
      const url = URL.canParse(value) ? new URL(value) : null;
      return url !== null && protocols.includes(url.protocol) ? value : undefined;
    },
    `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  );

const originIn = (value: string): string | undefined => {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isOrigin =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '';
  return isOrigin ? url.origin : undefined;
};

export const origin = () =>
  checked(originIn, 'must be an address such as https://auth.example.org, without a path');

const listed = (value: string) => value.split(/[\s,]+/).filter((entry) => entry !== '');

const allOrNone = <T>(values: (T | undefined)[]): T[] | undefined =>
  values.includes(undefined) ? undefined : (values as T[]);

export const origins = () =>
  checked(
    (value) => allOrNone(listed(value).map(originIn)),
    'must be addresses such as https://app.example.org, separated by commas',
  );

const network = (value: string): string | undefined => {
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return undefined;
  const isPrefix =
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  return isPrefix ? value : undefined;
};

export const networks = () =>
  checked(
    (value) => allOrNone(listed(value).map(network)),
    'must be IP addresses or networks such as 10.0.0.0/8, separated by commas',
  );
