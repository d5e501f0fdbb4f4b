import {
  endsWithin,
  lastLines,
  type ServerProcess,
  startServerProcess,
} from '@portcullis/devstack/server-process';
import { answers, pause } from '@portcullis/devstack/wait';

/** A process of the service that faults may kill, freeze and start again under the same ports. */
export interface Program {
  readonly name: string;
  readonly logFile: string;
  /** What its next lives have in their environment. */
  readonly env: Record<string, string>;
  pid(): number | null;
  /** Starts it where it does not run; further environment holds for this life only. */
  start(extra?: Record<string, string>): Promise<void>;
  /** Waits until it says it is ready. @throws Error with the end of its log */
  ready(): Promise<void>;
  isReady(): Promise<boolean>;
  kill(): Promise<void>;
  /** SIGTERM, as a deployment does; SIGKILL when it takes longer than `graceMs` (12 seconds). */
  stop(graceMs?: number): Promise<void>;
  signal(name: NodeJS.Signals): void;
  suspend(): void;
  resume(): void;
}

export interface ProgramOptions {
  name: string;
  /** Arguments of Node. */
  args: string[];
  cwd: string;
  env: Record<string, string>;
  readyUrl: string;
  logFile: string;
}

const READY_MS = 60_000;
const STOP_MS = 12_000;

/** @param ended told how a life ended, whoever ended it */
export const createProgram = (options: ProgramOptions, ended: (how: string) => void): Program => {
  let running: ServerProcess | null = null;
  const alive = () => (running === null || running.hasEnded() ? null : running);
  return {
    name: options.name,
    logFile: options.logFile,
    env: options.env,
    pid: () => alive()?.pid ?? null,
    start: async (extra = {}) => {
      if (alive() !== null) return;
      const life = await startServerProcess({
        command: process.execPath,
        args: options.args,
        cwd: options.cwd,
        env: { ...inherited(), ...options.env, ...extra },
        logFile: options.logFile,
      });
      running = life;
      void life.ended.then(ended);
    },
    ready: async () => {
      const deadline = performance.now() + READY_MS;
      while (!(await answers(options.readyUrl))) {
        if (alive() === null || performance.now() > deadline)
          throw new Error(`${options.name} is not ready:\n${lastLines(options.logFile, 30)}`);
        await pause(50);
      }
    },
    isReady: () => answers(options.readyUrl),
    kill: async () => {
      await alive()?.killTree();
    },
    stop: async (graceMs = STOP_MS) => {
      const life = alive();
      if (life === null) return;
      life.resumeTree();
      life.signal('SIGTERM');
      if (!(await endsWithin(life, graceMs))) await life.killTree();
    },
    signal: (name) => alive()?.signal(name),
    suspend: () => alive()?.suspendTree(),
    resume: () => alive()?.resumeTree(),
  };
};

/** Without the settings of a development stack that the shell may hold. */
const inherited = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^(PORTCULLIS_|NODE_OPTIONS$|NODE_ENV$)/.test(name) &&
        !['DATABASE_URL', 'REDIS_URL', 'SMTP_URL', 'PORT', 'OPS_PORT', 'PUBLIC_URL', 'HOST'].includes(name),
    ),
  );
