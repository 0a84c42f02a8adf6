import { z } from 'zod'
import { operation } from '../operation.ts'
import { Access } from '../schemas/node.ts'

/** The operations that the HTTP server itself answers: they are about the one who asks. */
export const ACCESS_OPERATIONS = {
  login: operation({
    method: 'POST',
    path: '/api/access',
    area: 'access',
    summary: 'Log in with user name and password, or with the token',
    input: z.object({ username: z.string().max(255), password: z.string().max(1024) }),
    output: Access,
    errors: ['wrong-password', 'too-many-attempts'],
  }),
  logout: operation({
    method: 'DELETE',
    path: '/api/access',
    area: 'access',
    summary: 'Log out',
    input: z.object({}),
    output: Access,
  }),
  getAccess: operation({
    method: 'GET',
    path: '/api/access',
    area: 'access',
    summary: 'Who asks, and how they proved it',
    input: z.object({}),
    output: Access,
  }),
} as const
