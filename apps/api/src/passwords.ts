import { createPasswordHasher, type HasherStats } from './adapters/argon2.ts';
import { createBreachCheck } from './adapters/breached-passwords.ts';
import { createCommonPasswords } from './adapters/common-passwords.ts';
import { foreignVerification } from './adapters/foreign-hash.ts';
import type { KeyRing } from './adapters/key-ring.ts';
import type { Metrics } from './adapters/metrics.ts';
import { createPepperedHasher } from './adapters/pepper.ts';
import { systemClock } from './adapters/system.ts';
import type { Config } from './config.ts';
import { judgePassword } from './domain/password.ts';
import type { Logger, PasswordHasher } from './ports.ts';
import type { Deps } from './services/context.ts';

/** argon2 behind its queue, keyed by the peppers of the ring, and able to verify what was imported. */
export const hasherOf = (
  config: Config,
  ring: Pick<KeyRing, 'peppers'>,
  log: Logger,
): PasswordHasher & { stats: () => HasherStats } => {
  const argon2 = createPasswordHasher({ ...config.hasher, foreign: foreignVerification }, systemClock);
  const told = new Set<string>();
  const peppered = createPepperedHasher(argon2, ring.peppers, (pepperId) => {
    if (told.has(pepperId)) return;
    told.add(pepperId);
    log.error({ pepperId }, 'a stored password hash names a pepper that is not in the ring');
  });
  return { ...peppered, stats: argon2.stats };
};

/** The policy of new passwords. */
export const passwordJudge = (
  { service, breachCheck }: Config,
  metrics: Pick<Metrics, 'breachCheck'>,
): Deps['judgePassword'] => {
  const minLength = service.passwordMinLength;
  const policy = { minLength, serviceName: 'Portcullis', isCommon: createCommonPasswords(minLength) };
  const isBreached =
    breachCheck === null
      ? null
      : createBreachCheck({
          ...breachCheck,
          clock: systemClock,
          told: (outcome) => metrics.breachCheck(outcome),
        });
  return async (password, about) => {
    const rules = judgePassword(password, about, policy);
    // Nothing is sent about a password that is refused anyway.
    return rules.length === 0 && (await isBreached?.(password)) === true ? ['breached'] : rules;
  };
};
