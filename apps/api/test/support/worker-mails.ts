import type { Mail } from '@portcullis/devstack/mail';
import { expect } from 'vitest';

/** The one link of a mail's text part; it must stand alone on its line. */
export const linkIn = (mail: Mail): URL => {
  const alone = mail.text.split(/\r?\n/).filter((line) => /^https?:\/\/\S+$/.test(line));
  expect(alone).toHaveLength(1);
  return new URL(alone[0] ?? '');
};

export const secretIn = (mail: Mail): string => {
  const secret = new URLSearchParams(linkIn(mail).hash.slice(1)).get('token');
  if (secret === null) throw new Error('the link carries no token');
  return secret;
};
