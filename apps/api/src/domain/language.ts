/** Languages that mails are written in. The web client has the same. */
export const LANGUAGES = ['en', 'de'] as const;

export type Language = (typeof LANGUAGES)[number];

/** What was stored or sent, if there are words for it. Newer code may have stored a language that this code lacks. */
export const knownLanguage = (tag: unknown): Language | null =>
  LANGUAGES.find((language) => language === tag) ?? null;

/** Longer headers are cut; nobody reads more languages than fit. */
const MOST_CHARACTERS = 200;

/**
 * The language that an `Accept-Language` header (RFC 9110 §12.5.4) wants most among those there are words for. Null
 * when it names none: `*` is no wish.
 */
export const wantedLanguage = (header: string | undefined): Language | null => {
  let best: { language: Language; weight: number } | null = null;
  for (const part of (header ?? '').slice(0, MOST_CHARACTERS).split(',')) {
    const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const language = knownLanguage(tag.split('-')[0]?.toLowerCase());
    const weight = weightIn(parameters);
    if (language !== null && weight > (best?.weight ?? 0)) best = { language, weight };
  }
  return best?.language ?? null;
};

const weightIn = (parameters: string[]): number => {
  const given = parameters.find((parameter) => /^q=/i.test(parameter));
  if (given === undefined) return 1;
  const weight = Number(given.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
};
