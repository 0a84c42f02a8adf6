import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { checkInput } from './check.ts'
import { textMembers } from './input.ts'

/**
 * Returns the validated path and query members of a request with a binary body. Throws
 * `bad-request`.
 */
export function byteInput<Input extends z.ZodObject>(
  { input }: { readonly input: Input },
  { params, query }: FastifyRequest,
): z.output<Input> {
  const { '*': path, ...inPath } = params as Record<string, string>
  const given = path === undefined ? inPath : { ...inPath, path }
  const members = { ...textMembers(input, query as Record<string, string>), ...textMembers(input, given) }
  return checkInput(input, members)
}
