import type { Arena, SignedIn } from '../arena.ts';
import { allOf, eachOf } from '../case.ts';
import { outcome, outcomeOf } from '../client/ask.ts';
import { assertionOf, forge, readToken, signingKey } from '../client/paseto.ts';

/** What the service says to each of these tokens, presented as the holder would. */
export const present = async (
  arena: Arena,
  tokens: readonly (readonly [name: string, token: string])[],
  transport: 'cookie' | 'bearer' = 'bearer',
): Promise<string> => {
  const visitor = arena.visitor({ place: arena.places[0] });
  const tries = await eachOf(
    tokens,
    async ([name, token]) => {
      const headers =
        transport === 'bearer'
          ? { authorization: `Bearer ${token}` }
          : { cookie: `__Host-portcullis=${token}` };
      return [name, await outcomeOf(visitor.session(headers))] as const;
    },
    8,
  );
  return allOf(tries);
};

interface Parts {
  holder: SignedIn;
  key: ReturnType<typeof signingKey>;
  claims: Record<string, string>;
  footer: string;
  assertion: string;
}

/** A live session, and what its token is made of: the attacker even has the key of the service. */
export const partsOf = async (arena: Arena): Promise<Parts> => {
  const holder = await arena.signedIn({ transport: 'bearer', place: arena.places[0] });
  const { claims, footer } = readToken(holder.token);
  const key = signingKey(arena.keys['PORTCULLIS_KEYS'] ?? '');
  return { holder, key, claims, footer, assertion: assertionOf(arena.origin, 'bearer') };
};

export const whole = async (arena: Arena, parts: Parts): Promise<void> => {
  const { key, ...rest } = parts;
  const own = forge(key, rest);
  const answer = await arena.visitor({ place: arena.places[0] }).session({ authorization: `Bearer ${own}` });
  if (answer.status !== 204) throw new Error(`a token made by the rules is refused: ${outcome(answer)}`);
};
