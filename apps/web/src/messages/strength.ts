import { topic } from '../language/language.ts';

/** How hard a new password is to guess. A hint: the service alone decides whether it is accepted. */
export const strengthWords = topic('strengthWords', {
  label: 'Strength',
  steps: ['Easy to guess', 'Could be better', 'Good', 'Hard to guess'] as [string, string, string, string],
  advice: 'Another word or two makes it much harder to guess.',
});
