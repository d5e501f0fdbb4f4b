import { signInInput } from '@portcullis/contracts/session';
import { describe, expect, it } from 'vitest';
import { contractResolver } from './contract-resolver.ts';
import { knownBrokenRules } from './known-rules.ts';
import { failureSentence, fieldSentence } from './sentences.ts';

describe('a contract judges a form', () => {
  const resolve = contractResolver(signInInput);
  const options = { fields: {}, shouldUseNativeValidation: false } as Parameters<typeof resolve>[2];

  it('names each wrong field once, by the code of the contract', async () => {
    const { errors } = await resolve(
      { email: 'no address', password: '', remember: false },
      undefined,
      options,
    );
    expect(Object.keys(errors).toSorted()).toEqual(['email', 'password']);
    expect(errors.email?.message).toBe('malformed');
  });

  it('hands on what the contract made of good input', async () => {
    const good = { email: 'ada@example.org', password: 'correct horse battery', remember: true };
    expect(await resolve(good, undefined, options)).toEqual({ values: good, errors: {} });
  });
});

describe('what is said under a field', () => {
  it('an empty field is asked for, not judged', () => {
    expect(fieldSentence('email', 'malformed', '')).toBe('Enter your e-mail address.');
  });

  it('every broken rule has a line of its own', () => {
    expect(fieldSentence('password', 'common context breached', 'x').split('\n')).toHaveLength(3);
  });

  it('an unknown code still says something', () => {
    expect(fieldSentence('name', 'from_the_future', 'x')).toBe('Check this entry.');
  });
});

it('a change whose outcome is unknown is never called failed', () => {
  expect(failureSentence({ reason: 'unavailable', mayHaveTakenEffect: true }, true)).toContain(
    'may already have',
  );
});

it('length counts what people see as characters, not code units', () => {
  expect(knownBrokenRules('🔒'.repeat(14))).toEqual(['too_short']);
  expect(knownBrokenRules('🔒'.repeat(15))).toEqual([]);
});
