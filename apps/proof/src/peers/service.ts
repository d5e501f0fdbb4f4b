/** What a client of any of the compared services holds: its cookies, as a browser keeps them. */
export type Jar = Map<string, string>;

/** `unavailable`: no answer, or one that says that it cannot say. */
export type Said = 'accepted' | 'refused' | 'unavailable';

/** One of the compared services, as a client sees it; two instances of it run. */
export interface PeerService {
  signUp(port: number, email: string, password: string): Promise<void>;
  /** Null when the service refused; throws when it could not answer. */
  signIn(port: number, email: string, password: string): Promise<Jar | null>;
  check(port: number, jar: Jar): Promise<Said>;
  /** Everything up to the success of a reset that was asked for by mail. @throws when it did not succeed */
  reset(port: number, email: string, password: string): Promise<void>;
}

const ORIGIN = 'http://127.0.0.1';

export const call = async (
  port: number,
  path: string,
  { jar, input, bearer }: { jar?: Jar; input?: object; bearer?: string } = {},
): Promise<{ status: number; text: string }> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: input === undefined ? 'GET' : 'POST',
    headers: {
      origin: ORIGIN,
      ...(input === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(jar === undefined || jar.size === 0
        ? {}
        : { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }),
    },
    ...(input === undefined ? {} : { body: JSON.stringify(input) }),
    signal: AbortSignal.timeout(10_000),
  });
  if (jar !== undefined) keepCookies(jar, response.headers.getSetCookie());
  return { status: response.status, text: await response.text() };
};

const keepCookies = (jar: Jar, cookies: string[]): void => {
  for (const cookie of cookies) {
    const [pair = '', ...attributes] = cookie.split(';');
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const isOver = value === '' || attributes.some((one) => /^ *max-age=0$/i.test(one));
    if (isOver) jar.delete(name);
    else jar.set(name, value);
  }
};

const succeeded = async (answer: Promise<{ status: number; text: string }>): Promise<string> => {
  const { status, text } = await answer;
  if (status >= 300) throw new Error(`answered ${status}: ${text.slice(0, 200)}`);
  return text;
};

export const betterAuth: PeerService = {
  signUp: async (port, email, password) => {
    await succeeded(call(port, '/api/auth/sign-up/email', { input: { email, password, name: 'Ada' } }));
  },
  signIn: async (port, email, password) => {
    const jar: Jar = new Map();
    const { status, text } = await call(port, '/api/auth/sign-in/email', { jar, input: { email, password } });
    if (status === 401) return null;
    if (status !== 200) throw new Error(`answered ${status}: ${text.slice(0, 200)}`);
    return jar;
  },
  check: async (port, jar) => {
    const { status, text } = await call(port, '/api/auth/get-session', { jar });
    if (status >= 500) return 'unavailable';
    return status === 200 && text !== 'null' && text !== '' ? 'accepted' : 'refused';
  },
  reset: async (port, email, newPassword) => {
    await succeeded(call(port, '/api/auth/request-password-reset', { input: { email, redirectTo: '/' } }));
    const token = await linkFor(port, email);
    await succeeded(call(port, '/api/auth/reset-password', { input: { token, newPassword } }));
  },
};

/** It is mailed after the answer. */
const linkFor = async (port: number, email: string): Promise<string> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const { text } = await call(port, `/link?email=${encodeURIComponent(email)}`);
    if (text !== '') return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('no reset link was mailed');
};

export const expressSession: PeerService = {
  signUp: async (port, email, password) => {
    await succeeded(call(port, '/sign-up', { input: { email, password } }));
  },
  signIn: async (port, email, password) => {
    const jar: Jar = new Map();
    const { status } = await call(port, '/sign-in', { jar, input: { email, password } });
    if (status === 401) return null;
    if (status !== 204) throw new Error(`answered ${status}`);
    return jar;
  },
  check: async (port, jar) => {
    const { status } = await call(port, '/session', { jar });
    return status === 204 ? 'accepted' : status === 401 ? 'refused' : 'unavailable';
  },
  reset: async (port, email, password) => {
    await succeeded(call(port, '/reset', { input: { email, password } }));
  },
};
