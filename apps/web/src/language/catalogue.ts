import type { Topic } from './language.ts';

type WordsIn<Module> = {
  [Name in keyof Module as Module[Name] extends Topic<infer _> ? Name : never]: Module[Name] extends Topic<
    infer Words
  >
    ? Words
    : never;
};

/** Every topic by its name: what a language has to say. A catalogue that lacks one, or a word of one, does not compile. */
export type Catalogue = WordsIn<typeof import('../messages/activity.ts')> &
  WordsIn<typeof import('../messages/dashboard.ts')> &
  WordsIn<typeof import('../messages/entry.ts')> &
  WordsIn<typeof import('../messages/failures.ts')> &
  WordsIn<typeof import('../messages/fields.ts')> &
  WordsIn<typeof import('../messages/mailed-links.ts')> &
  WordsIn<typeof import('../messages/preferences.ts')> &
  WordsIn<typeof import('../messages/product.ts')> &
  WordsIn<typeof import('../messages/sessions.ts')> &
  WordsIn<typeof import('../messages/status-pages.ts')> &
  WordsIn<typeof import('../messages/strength.ts')> &
  WordsIn<typeof import('../messages/time.ts')>;
