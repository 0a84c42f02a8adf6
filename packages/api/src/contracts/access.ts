import { z } from 'zod'
import { contract, operation } from '../contract.ts'
import { withStatus } from '../errors.ts'
import { TimeMs } from '../schemas/common.ts'
import { SECRETS } from '../schemas/names.ts'
import { Access, LoginSession } from '../schemas/node.ts'
import {
  NewPasskey,
  NodePasskey,
  PasskeyAnswer,
  PasskeyCreation,
  PasskeyId,
  PasskeyName,
  PasskeyRequest,
} from '../schemas/passkey.ts'

const Sessions = z.object({ items: z.array(LoginSession) })
const Passkeys = z.object({ items: z.array(NodePasskey) })

/**
 * Login. The HTTP server handles these operations itself, since they concern the requesting client.
 */
export const ACCESS = contract({
  name: 'access',
  operations: {
    login: operation({
      method: 'POST',
      path: '/api/access',
      effect: 'write',
      access: 'open',
      bodyLimitBytes: 16 * 1024,
      area: 'access',
      summary: 'Log in with a user name and password, or with the token',
      input: z.object({
        username: z.string().max(255),
        password: z.string().max(1024).register(SECRETS, { isWhole: true }),
      }),
      output: Access,
      errors: { ...withStatus(401, 'wrong-password'), ...withStatus(429, 'too-many-attempts') },
    }),
    logout: operation({
      method: 'DELETE',
      path: '/api/access',
      effect: 'write',
      access: 'open',
      area: 'access',
      summary: 'Log out',
      input: z.object({}),
      output: Access,
    }),
    getAccess: operation({
      method: 'GET',
      path: '/api/access',
      effect: 'read',
      access: 'open',
      area: 'access',
      summary: 'Get the current user and how they are authenticated',
      input: z.object({}),
      output: Access,
    }),
    createChallenge: operation({
      method: 'POST',
      path: '/api/access/challenges',
      effect: 'read',
      access: 'open',
      area: 'access',
      summary: 'Get a challenge for the login of a device. It is valid for two minutes, and once',
      input: z.object({}),
      output: z.object({ nonce: z.string(), expiresMs: TimeMs }),
      errors: withStatus(429, 'too-many-attempts'),
    }),
    loginWithDevice: operation({
      method: 'POST',
      path: '/api/access/devices',
      effect: 'write',
      access: 'open',
      bodyLimitBytes: 16 * 1024,
      area: 'access',
      summary:
        'Log in as a device of the node’s user: with a self-issued ID token (a JWT with EdDSA) for the challenge and for the origin `audience`. `session` is sent as the token then, until it was not used for `idleSeconds`',
      input: z.object({
        nonce: z.string().max(200),
        /** The origin at which the device reaches the node: `https://node.example.org`. */
        audience: z.string().max(300),
        token: z.string().max(2048).register(SECRETS, { isWhole: true }),
      }),
      output: z.object({
        username: z.string(),
        session: z.string().register(SECRETS, { isWhole: true }),
        idleSeconds: z.number().int(),
      }),
      errors: { ...withStatus(429, 'too-many-attempts'), 'bad-login': { status: 401, field: 'token' } },
    }),
    requestPasskey: operation({
      method: 'POST',
      path: '/api/access/passkeys/requests',
      effect: 'read',
      access: 'open',
      area: 'access',
      summary: 'Get a request for the login with a passkey, for `navigator.credentials.get`',
      input: z.object({}),
      output: PasskeyRequest,
      errors: withStatus(409, 'no-passkeys'),
    }),
    loginWithPasskey: operation({
      method: 'POST',
      path: '/api/access/passkeys/logins',
      effect: 'write',
      access: 'open',
      bodyLimitBytes: 32 * 1024,
      area: 'access',
      summary: 'Log in with a passkey, as the user who has added it. The session is a cookie',
      input: z.object({ answer: PasskeyAnswer }),
      output: Access,
      errors: {
        ...withStatus(401, 'bad-passkey'),
        ...withStatus(409, 'no-passkeys'),
        ...withStatus(429, 'too-many-attempts'),
      },
    }),
    listPasskeys: operation({
      method: 'GET',
      path: '/api/access/passkeys',
      effect: 'read',
      area: 'access',
      summary: 'List the passkeys, the oldest first: all of them with the token, else those of the same user',
      input: z.object({}),
      output: Passkeys,
    }),
    requestNewPasskey: operation({
      method: 'POST',
      path: '/api/access/passkeys/new',
      effect: 'read',
      area: 'access',
      summary: 'Get a request for a new passkey of the user, for `navigator.credentials.create`',
      input: z.object({}),
      output: PasskeyCreation,
      errors: withStatus(409, 'no-passkeys'),
    }),
    addPasskey: operation({
      method: 'POST',
      path: '/api/access/passkeys',
      effect: 'write',
      bodyLimitBytes: 32 * 1024,
      area: 'access',
      summary: 'Add a passkey, with which the user can then log in. Returns the passkeys',
      input: z.object({ name: PasskeyName, passkey: NewPasskey }),
      output: Passkeys,
      errors: { ...withStatus(401, 'bad-passkey'), ...withStatus(409, 'exists', 'full', 'no-passkeys') },
    }),
    removePasskey: operation({
      method: 'DELETE',
      path: '/api/access/passkeys/{id}',
      effect: 'delete',
      area: 'access',
      summary:
        'Remove a passkey. Browsers that logged in with it are logged out. Returns the passkeys that are left',
      input: z.object({ id: PasskeyId }),
      output: Passkeys,
      errors: withStatus(404, 'not-found'),
    }),
    listSessions: operation({
      method: 'GET',
      path: '/api/access/sessions',
      effect: 'read',
      area: 'access',
      summary:
        'List the browsers and devices that are logged in, last used first: all of them with the token, else those of the same user',
      input: z.object({}),
      output: Sessions,
    }),
    endSession: operation({
      method: 'DELETE',
      path: '/api/access/sessions/{id}',
      effect: 'write',
      area: 'access',
      summary:
        'Log a browser out at once, with its events and the files it is reading. Returns the sessions that are left',
      input: z.object({ id: z.number().int().min(1) }),
      output: Sessions,
    }),
    endOtherSessions: operation({
      method: 'DELETE',
      path: '/api/access/sessions',
      effect: 'write',
      area: 'access',
      summary: 'Log out all browsers of the list but the one that asks. Returns the sessions that are left',
      input: z.object({}),
      output: Sessions,
    }),
  },
  events: { invalidates: { settings: ['getAccess'] } },
  commands: ['sessions', 'passkeys'],
})
