import { describe, expect, test } from 'vitest';
import { credentialIn } from './credential.ts';

const NAME = '__Host-portcullis';
const found = (cookie: string) => credentialIn({ headers: { cookie } }, NAME);

describe('a cookie whose name only looks like ours', () => {
  test.each(['\u00a0', '\ufeff', '\u2003', '\u000b'])('with %j before it is another name', (space) => {
    expect(found(`${space}${NAME}=tossed`)).toBeNull();
    expect(found(`${space}${NAME}=tossed; ${NAME}=own`)).toEqual({ transport: 'cookie', token: 'own' });
  });

  test('spaces and tabs stand around a pair', () => {
    expect(found(`a=b;\t ${NAME}=own ;c=d`)).toEqual({ transport: 'cookie', token: 'own' });
  });
});
