import type { Catalogue } from '../catalogue.ts';
import { account } from './account.ts';
import { entry } from './entry.ts';
import { forms } from './forms.ts';
import { mailedLinks } from './mailed-links.ts';
import { sessions } from './sessions.ts';
import { status } from './status.ts';

/** Everything the client says, in German. */
export const german: Catalogue = { ...account, ...entry, ...forms, ...mailedLinks, ...sessions, ...status };
