import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { checkInput } from './check.ts'
import { textMembers } from './input.ts'

/** Returns the checked members of a request whose body is bytes, from path and query. Throws `bad-request`. */
export function byteInput<Input extends z.ZodObject>(
  { input }: { readonly input: Input },
  { params, query }: FastifyRequest,
): z.output<Input> {
  const { '*': path, ...inPath } = params as Record<string, string>
  const given = path === undefined ? inPath : { ...inPath, path }
  const members = { ...textMembers(input, query as Record<string, string>), ...textMembers(input, given) }
  return checkInput(input, members)
}
