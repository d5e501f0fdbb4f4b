import { knownLanguage } from '../../domain/language.ts';
import type { MailFacts } from '../../mail/compose.ts';
import type { MailDeps, NoticeFacts } from './context.ts';

/** The account that a mail goes to, or null where none is behind the address yet. */
type Reader = { language?: string | null | undefined } | null;

/**
 * Of a mail that its reader asked for, or caused by an act of their own: in what the act was made in, else in what the
 * account last signed in with. Where neither says anything it is English, as it was of old.
 */
export const asAsked = (deps: MailDeps, notice: NoticeFacts, reader: Reader): MailFacts => ({
  ...common(deps, notice),
  language: notice.cause.language ?? knownLanguage(reader?.language) ?? 'en',
});

/** Of a mail that somebody else caused: a stranger does not choose what its reader has to read. */
export const asRemembered = (deps: MailDeps, notice: NoticeFacts, reader: Reader): MailFacts => ({
  ...common(deps, notice),
  language: knownLanguage(reader?.language) ?? notice.cause.language ?? 'en',
});

const common = (deps: MailDeps, { at, cause }: NoticeFacts) => ({
  publicUrl: deps.config.publicUrl,
  at,
  cause,
});
