import { accountScreens } from './account.ts';
import { entryScreens } from './entry.ts';
import { mailedLinkScreens } from './mailed-links.ts';
import { overviewScreens } from './overview.ts';
import type { Screen } from './screen.ts';
import { signInScreens } from './sign-in.ts';
import { statusScreens } from './status.ts';

/** Every screen in every state that a person can meet. */
export const screens: readonly Screen[] = [
  ...signInScreens,
  ...entryScreens,
  ...mailedLinkScreens,
  ...overviewScreens,
  ...accountScreens,
  ...statusScreens,
];
