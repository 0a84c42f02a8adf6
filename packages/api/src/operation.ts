import type { z } from 'zod'

/**
 * One thing that a node can be asked to do. `input` is one flat object: members that `path` names in braces travel in the path, all others
 * in the query (GET, DELETE) or in the JSON body (POST, PUT, PATCH).
 */
export interface Operation<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Members of the input in braces: `/api/torrents/{id}`. */
  readonly path: string
  /** The part of the API that it belongs to, for the documentation. */
  readonly area: Area
  /** What it does, in a line. */
  readonly summary: string
  readonly input: Input
  readonly output: Output
  /** Codes of errors that are its own, besides `bad-request`, `unauthorized`, `not-found` and `internal`. */
  readonly errors?: readonly string[]
  /** Whether it changes nothing when it is asked twice. True of GET, PUT and DELETE anyway. */
  readonly idempotent?: boolean
}

export const AREAS = [
  'torrents',
  'files',
  'peers',
  'labels',
  'jobs',
  'search',
  'uploads',
  'feeds',
  'settings',
  'node',
  'access',
] as const
export type Area = (typeof AREAS)[number]

/** Keeps the types of a table of operations. */
export function operation<Input extends z.ZodObject, Output extends z.ZodType>(
  it: Operation<Input, Output>,
): Operation<Input, Output> {
  return it
}
