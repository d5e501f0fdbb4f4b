import {
  introspection,
  problemDetails,
  publicKeys,
  revocation,
  verifyRequest,
  verifyResponse,
} from '@portcullis/contracts/services';
import * as z from 'zod';
import { VERSION } from '../../version.ts';

type Json = Record<string, unknown>;

interface Operation extends Json {
  operationId: string;
  summary: string;
  description: string;
}

export interface OpenApi {
  openapi: string;
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json>; securitySchemes: Json };
}

/** The very contracts that the routes parse with, as JSON Schema 2020-12, which OpenAPI 3.1 speaks. */
const CONTRACTS = {
  VerifyRequest: verifyRequest,
  VerifyResponse: verifyResponse,
  Introspection: introspection,
  Revocation: revocation,
  PublicKeys: publicKeys,
  Problem: problemDetails,
};

const schemas = (): Record<string, Json> =>
  Object.fromEntries(
    Object.entries(CONTRACTS).map(([name, contract]) => {
      const { $schema: _, ...schema } = z.toJSONSchema(contract, { io: 'input' });
      return [name, schema as Json];
    }),
  );

const ref = (name: keyof typeof CONTRACTS) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: keyof typeof CONTRACTS) => ({ 'application/json': { schema: ref(name) } });
const problems = (...statuses: [number, string][]) =>
  Object.fromEntries(
    statuses.map(([status, description]) => [
      status,
      { description, content: { 'application/problem+json': { schema: ref('Problem') } } },
    ]),
  );

const UNAVAILABLE: [number, string] = [
  503,
  'Nothing could be decided; try again after Retry-After. It never means "signed out".',
];
const OF_CLIENTS: [number, string][] = [
  [400, 'The request is not of the form that is asked for.'],
  [401, 'The client did not prove its secret.'],
  [403, 'The client lacks the scope.'],
  [429, 'The quota of the client is spent.'],
  UNAVAILABLE,
];
const CLIENT = [{ client: [] }];

const TOKEN_FORM = {
  required: true,
  content: {
    'application/x-www-form-urlencoded': {
      schema: {
        type: 'object',
        required: ['token'],
        properties: { token: { type: 'string' }, token_type_hint: { type: 'string' } },
      },
    },
  },
};

const forClients: OpenApi['paths'] = {
  '/v1/verify': {
    post: {
      operationId: 'verify',
      summary: 'Is the session of each token live now?',
      description:
        'A strict check of up to 256 tokens, cookie or bearer, as of a moment after the call began. A session that was ended before the call is never answered as active. Scope: verify.',
      security: CLIENT,
      requestBody: { required: true, content: json('VerifyRequest') },
      responses: {
        200: { description: 'One result for each token, in their order.', content: json('VerifyResponse') },
        ...problems(...OF_CLIENTS),
      },
    },
  },
  '/v1/introspect': {
    post: {
      operationId: 'introspect',
      summary: 'Token introspection (RFC 7662)',
      description:
        'Every token that is no live one is answered by {"active":false} alone. Scope: introspect.',
      security: CLIENT,
      requestBody: TOKEN_FORM,
      responses: {
        200: { description: 'What the token stands for.', content: json('Introspection') },
        ...problems(...OF_CLIENTS),
      },
    },
  },
  '/v1/revoke': {
    post: {
      operationId: 'revoke',
      summary: 'Token revocation (RFC 7009)',
      description:
        'Ends the session that an access token, a cookie token or a refresh token stands for. A token that means nothing is answered by 200, too. Scope: revoke.',
      security: CLIENT,
      requestBody: TOKEN_FORM,
      responses: { 200: { description: 'The session is over.' }, ...problems(...OF_CLIENTS) },
    },
  },
  '/v1/events': {
    get: {
      operationId: 'events',
      summary: 'The feed of revocations, as server-sent events',
      description:
        'Events: revocation (data as in Revocation), gap ({"because":"retention"|"history"}: revocations may have been missed before this place), heartbeat ({"upToMs"}: every revocation committed up to so many milliseconds after this request arrived has been sent). Resume with the id of the last event in Last-Event-ID; nothing is lost within the retention. Scope: events.',
      security: CLIENT,
      parameters: [
        { name: 'Last-Event-ID', in: 'header', schema: { type: 'string' } },
        {
          name: 'heartbeat',
          in: 'query',
          description: 'Seconds between heartbeats.',
          schema: { type: 'integer', minimum: 1, maximum: 10, default: 10 },
        },
      ],
      responses: {
        200: { description: 'The stream.', content: { 'text/event-stream': { schema: ref('Revocation') } } },
        ...problems(...OF_CLIENTS),
      },
    },
  },
};

const forEverybody: OpenApi['paths'] = {
  '/v1/keys': {
    get: {
      operationId: 'keys',
      summary: 'The public keys of the tokens',
      description:
        'PASERK k4.public keys with their k4.pid ids. A signature alone says nothing about the session.',
      responses: { 200: { description: 'Every key that verifies.', content: json('PublicKeys') } },
    },
  },
  '/v1/session': {
    get: {
      operationId: 'session',
      summary: 'Is the session of this request live? For proxies',
      description:
        'For nginx auth_request and Envoy ext_authz: takes the cookie or the bearer token of the request itself, needs no client.',
      security: [{ cookie: [] }, { bearer: [] }],
      responses: {
        204: {
          description: 'It is live.',
          headers: {
            'X-Account-Id': { schema: { type: 'string' } },
            'X-Session-Id': { schema: { type: 'string' } },
          },
        },
        ...problems([401, 'There is no session, or it is over.'], UNAVAILABLE),
      },
    },
  },
};

export const openApi = (publicUrl: string): OpenApi => ({
  openapi: '3.1.0',
  info: {
    title: 'Portcullis',
    version: VERSION,
    description:
      'Sessions for other services: revoked means revoked on the next request. Errors are problem details (RFC 9457) with a reason.',
  },
  servers: [{ url: publicUrl }],
  paths: { ...forClients, ...forEverybody },
  components: {
    schemas: schemas(),
    securitySchemes: {
      client: {
        type: 'http',
        scheme: 'basic',
        description: 'Id and secret of a service client: portcullis clients create NAME',
      },
      bearer: { type: 'http', scheme: 'bearer' },
      cookie: {
        type: 'apiKey',
        in: 'cookie',
        name: publicUrl.startsWith('https:') ? '__Host-portcullis' : 'portcullis',
      },
    },
  },
});
