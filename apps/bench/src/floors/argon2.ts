// argon2id of the service's parameters, as many at a time as there are cores: more would only make each slower.
import { availableParallelism } from 'node:os';
import argon2 from 'argon2';
import { Hono } from 'hono';
import { listen, required } from './serve.ts';

// argon2id is what the library does without a type.
const options = {
  memoryCost: Number(required('MEMORY_KIB')),
  timeCost: Number(required('PASSES')),
  parallelism: 1,
};
const known = await argon2.hash('an honest first passphrase', options);
const waiting: (() => void)[] = [];
let free = availableParallelism();

const turn = async <T>(work: () => Promise<T>): Promise<T> => {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }
};

listen(
  new Hono().get('/', async (c) => {
    const isRight = await turn(() => argon2.verify(known, 'an honest first passphrase'));
    return c.body(null, isRight ? 204 : 401);
  }),
);
