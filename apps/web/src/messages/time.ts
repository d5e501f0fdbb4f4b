import { topic } from '../language/language.ts';

export const timeWords = topic('timeWords', {
  justNow: 'just now',
});
