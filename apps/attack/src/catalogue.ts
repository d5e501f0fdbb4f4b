import type { Case } from './case.ts';
import { absentCases } from './cases/absent.ts';
import { addressCases } from './cases/addresses.ts';
import { batchCases } from './cases/batches.ts';
import { bodyCases } from './cases/bodies.ts';
import { cookieCases } from './cases/cookies.ts';
import { emailChangeCases } from './cases/email-change.ts';
import { enumerationCases } from './cases/enumeration.ts';
import { headerCases } from './cases/headers.ts';
import { inputCases } from './cases/input.ts';
import { limitCases } from './cases/limits.ts';
import { linkCases } from './cases/links.ts';
import { logCases } from './cases/logs.ts';
import { mailCases } from './cases/mails.ts';
import { operationCases } from './cases/operation.ts';
import { originCases } from './cases/origins.ts';
import { privilegeCases } from './cases/privileges.ts';
import { rotationCases } from './cases/rotation.ts';
import { sessionCases } from './cases/sessions.ts';
import { smugglingCases } from './cases/smuggling.ts';
import { tokenCases } from './cases/tokens.ts';

/** Every line of the catalogue (AT-1 to AT-120), by theme. */
export const allCases: readonly Case[] = [
  ...smugglingCases,
  ...emailChangeCases,
  ...tokenCases,
  ...rotationCases,
  ...cookieCases,
  ...originCases,
  ...bodyCases,
  ...batchCases,
  ...addressCases,
  ...enumerationCases,
  ...linkCases,
  ...inputCases,
  ...mailCases,
  ...sessionCases,
  ...headerCases,
  ...operationCases,
  ...privilegeCases,
  ...limitCases,
  ...logCases,
  ...absentCases,
];
