// The measure of everything: the least that a Hono application can answer.
import { Hono } from 'hono';
import { listen } from './serve.ts';

listen(new Hono().get('/', (c) => c.text('hello')));
