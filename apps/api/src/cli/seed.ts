import { loadConfig } from '../config.ts';
import { seedDemo } from '../services/account/seed-demo.ts';
import { answer, CommandFailed, type Io, type JsonOption } from './io.ts';
import { asOperator } from './operator.ts';

const DEMO = { email: 'ada@example.test', password: 'correct-horse-battery-staple-42', name: 'Ada' };

/** @throws CommandFailed in production, where nobody should know a password. */
export const seed = async (io: Io, options: JsonOption): Promise<void> => {
  if (loadConfig(io.env).environment === 'production')
    throw new CommandFailed('the demo account is for development: there is none in production');
  const outcome = await asOperator(io, { protocol: true }, (ctx) => seedDemo(ctx, DEMO));
  answer(io, options, { email: DEMO.email, password: DEMO.password }, [
    `${outcome}: ${DEMO.email} with ${DEMO.password}`,
  ]);
};
