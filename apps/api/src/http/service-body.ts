import { AuthError } from '../errors.ts';
import { fieldsOf, issuesOf } from '../trpc/fields.ts';
import { BodyTooLarge, readText } from './body.ts';
import { Refused } from './gate.ts';
import { parseJson } from './json.ts';

const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded(?:\s*;\s*charset="?utf-8"?)?$/i;

interface Contract<T> {
  parse(value: unknown): T;
}

/** @throws Refused, AuthError `input_invalid` */
export const jsonBody = async <T>(
  request: Request,
  contract: Contract<T>,
  limitBytes: number,
): Promise<T> => {
  const text = await bodyOf(request, JSON_TYPE, limitBytes);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new AuthError('input_invalid');
  }
  return parsed(contract, value);
};

/** Parameters must not be given twice (RFC 6749 §3.2). @throws Refused, AuthError `input_invalid` */
export const formBody = async <T>(
  request: Request,
  contract: Contract<T>,
  limitBytes: number,
): Promise<T> => {
  const values = new URLSearchParams(await bodyOf(request, FORM_TYPE, limitBytes));
  const names = [...values.keys()];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new AuthError('input_invalid', { fields: { [twice.slice(0, 64)]: 'ambiguous' } });
  return parsed(contract, Object.fromEntries(values));
};

const parsed = <T>(contract: Contract<T>, value: unknown): T => {
  try {
    return contract.parse(value);
  } catch (error) {
    const issues = issuesOf(error);
    throw new AuthError('input_invalid', issues === null ? {} : { fields: fieldsOf(issues, value) });
  }
};

const bodyOf = async (request: Request, type: RegExp, limitBytes: number): Promise<string> => {
  const { headers } = request;
  const isPlain = /^(?:identity)?$/i.test(headers.get('content-encoding') ?? '');
  if (!isPlain || !type.test(headers.get('content-type') ?? ''))
    throw new Refused({ reason: 'input_invalid', code: 'UNSUPPORTED_MEDIA_TYPE' });
  try {
    return await readText(request, limitBytes);
  } catch (error) {
    if (error instanceof BodyTooLarge)
      throw new Refused({ reason: 'input_invalid', code: 'PAYLOAD_TOO_LARGE' });
    throw new AuthError('input_invalid');
  }
};
