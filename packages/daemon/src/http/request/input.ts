import type { Operation } from '@shoal/api'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { badRequest } from '../failures.ts'
import { checkInput } from './check.ts'
import { coerce } from './coerce.ts'

type Described<Input extends z.ZodObject> = Pick<Operation<Input>, 'method' | 'path' | 'input'>

/**
 * Returns the checked input of an operation, from path, query and body (see Operation). Throws
 * `bad-request`.
 */
export function readInput<Input extends z.ZodObject>(
  { method, path, input }: Described<Input>,
  request: FastifyRequest,
): z.output<Input> {
  const inPath = textMembers(input, request.params as Record<string, string>)
  const query = request.query as Record<string, string | string[]>
  const inQuery = method === 'GET' || method === 'DELETE'
  if (!inQuery) refuseMembers(query, 'put members in the body, not in the query')
  const rest = inQuery ? textMembers(input, query) : bodyMembers(request.body)
  if (inQuery && request.body !== undefined) throw badRequest('body', `${method} takes no body`)
  for (const name of Object.keys(inPath))
    if (Object.hasOwn(rest, name)) throw badRequest(name, `it is already in the path ${path}`)
  return checkInput(input, { ...rest, ...inPath })
}

/** Converts members given as text to the types in the schema. */
export function textMembers(
  { shape }: Operation['input'],
  given: Readonly<Record<string, string | string[]>>,
): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    const schema = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (!schema) throw badRequest(name.slice(0, 200), 'there is no such member')
    members[name] = coerce(schema as never, Array.isArray(value) ? value : [value])
  }
  return members
}

function bodyMembers(body: unknown): Record<string, unknown> {
  if (body === undefined) return {}
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('body', 'the body is not a JSON object')
  return body as Record<string, unknown>
}

function refuseMembers(given: Readonly<Record<string, unknown>>, message: string): void {
  const name = Object.keys(given)[0]
  if (name !== undefined) throw badRequest(name.slice(0, 200), message)
}
