import { z } from 'zod'
import { contract, operation } from '../contract.ts'
import { Access } from '../schemas/node.ts'

/** Login. The HTTP server answers these operations itself, since they are about the client that asks. */
export const ACCESS = contract({
  name: 'access',
  operations: {
    login: operation({
      method: 'POST',
      path: '/api/access',
      isOpen: true,
      bodyLimitBytes: 16 * 1024,
      area: 'access',
      summary: 'Log in with a user name and password, or with the token',
      input: z.object({ username: z.string().max(255), password: z.string().max(1024) }),
      output: Access,
      errors: ['wrong-password', 'too-many-attempts'],
    }),
    logout: operation({
      method: 'DELETE',
      path: '/api/access',
      isOpen: true,
      area: 'access',
      summary: 'Log out',
      input: z.object({}),
      output: Access,
    }),
    getAccess: operation({
      method: 'GET',
      path: '/api/access',
      isOpen: true,
      area: 'access',
      summary: 'Get the current user and how they are authenticated',
      input: z.object({}),
      output: Access,
    }),
  },
})
