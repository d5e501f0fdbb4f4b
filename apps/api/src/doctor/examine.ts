import { SmtpMailer } from '../adapters/smtp.ts';
import { systemClock } from '../adapters/system.ts';
import { holdsDevelopmentKey } from '../config/development-keys.ts';
import { type Config, ConfigError, type Environment, loadConfig } from '../config.ts';
import { type Check, failed, failedIn, ok, warning } from './check.ts';
import { examinePeppers } from './peppers.ts';
import { examinePostgres } from './postgres.ts';
import { examineRedis } from './redis.ts';
import { examineRole } from './role.ts';

const OLDEST_NODE = 24;

/** Looks at everything once, in the order in which it is needed. */
export const examine = async (env: Environment): Promise<Check[]> => {
  const node = examineNode();
  let config: Config;
  try {
    config = loadConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [
      node,
      ...error.problems.map(({ name, problem }) =>
        failed(
          'Configuration',
          `${name} ${problem}`,
          `Set ${name} as said; portcullis config docs explains it.`,
        ),
      ),
    ];
  }
  const [postgres, role, peppers, redis, mail] = await Promise.all([
    examinePostgres(config, systemClock.wallMs),
    examineRole(config),
    examinePeppers(config),
    examineRedis(config),
    examineMail(config),
  ]);
  return [
    node,
    ok('Configuration', `complete for ${config.environment}`),
    ...examineChoices(config),
    ...postgres,
    ...role,
    ...peppers,
    ...redis,
    mail,
  ];
};

const examineNode = (): Check => {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= OLDEST_NODE
    ? ok('Node', process.version)
    : failed('Node', process.version, `Use Node ${OLDEST_NODE} or newer.`);
};

const examineChoices = (config: Config): Check[] => {
  const checks: Check[] = [];
  const isKnown = Object.values(config.keys).some(holdsDevelopmentKey);
  checks.push(
    isKnown
      ? warning(
          'Keys',
          'are development keys that everybody knows',
          'Make your own: portcullis keys generate',
        )
      : ok('Keys', 'are your own'),
  );
  if (config.limits.mode === 'relaxed')
    checks.push(
      warning('Rate limits', 'are relaxed', 'Set PORTCULLIS_RATE_LIMITS=standard to see the real ones.'),
    );
  if (config.authority.databaseLoss === 'serve')
    checks.push(
      warning(
        'Database loss',
        'session checks go on beyond the lease without Postgres',
        'Sound only while no instance is cut off from the Postgres through which another revokes; else set PORTCULLIS_DATABASE_LOSS=refuse.',
      ),
    );
  return checks;
};

const examineMail = async (config: Config): Promise<Check> => {
  const mailer = new SmtpMailer({ ...config.smtp, connectMs: 3_000, greetingMs: 3_000, silenceMs: 3_000 });
  try {
    await mailer.verify();
    return ok('Mail', 'the server answers');
  } catch (error) {
    const what = error instanceof Error ? error.message : 'no answer';
    return failedIn(config.environment === 'production')(
      'Mail',
      what,
      'Check SMTP_URL. Until then mails wait in the queue; nothing is lost.',
    );
  } finally {
    mailer.close();
  }
};
