import type { Arena, SignedIn } from '../arena.ts';
import { attack, type Case } from '../case.ts';
import { outcome } from '../client/ask.ts';

/** A live session at an instance whose keys were rotated by the command, before and after the old one was taken out. */
const afterRotation = async (arena: Arena, holder: SignedIn): Promise<string> => {
  const { followed, retired } = await arena.rotated();
  return `rotated ${outcome(await holder.at(followed).session())}, old key out ${outcome(await holder.at(retired).session())}`;
};

export const rotationCases: Case[] = [
  attack(
    'AT-22',
    'a token of a key that is followed by another, then retired',
    'rotated 204, old key out 401 token_invalid',
    async (arena) => afterRotation(arena, await arena.signedIn({ transport: 'bearer' })),
  ),

  attack(
    'AT-95',
    'a key has leaked: without it every session of it is over',
    'rotated 204, old key out 401 token_invalid',
    async (arena) => afterRotation(arena, await arena.signedIn()),
  ),
];
