import type { Page } from '@playwright/test';
import type { Answers } from '../support/fake-service.ts';

/** One screen in one state: how to get there, and how to know that it is there. */
export type Screen = {
  /** `<screen>--<state>`: the name of its picture. */
  id: string;
  path: string;
  /** The page's one h1. */
  heading: string;
  answers?: Answers;
  /** False: the live connection is never made. */
  live?: boolean;
  /** What a person does on the way. */
  act?: (page: Page, answers: Answers) => Promise<void>;
  /** Text that only this state shows. */
  shows: string;
};
