/**
 * The response to an error: its HTTP status, and the only member of the input that can have caused
 * it, if there is one.
 */
export interface ErrorAnswer {
  readonly status: number
  readonly field?: string
}

/** Responses by error code. */
export type ErrorTable = Readonly<Record<string, ErrorAnswer>>

/** Returns a table of codes with the same status. */
export function withStatus<const Code extends string>(
  status: number,
  ...codes: readonly Code[]
): Readonly<Record<Code, ErrorAnswer>> {
  return Object.fromEntries(codes.map(code => [code, { status }])) as Record<Code, ErrorAnswer>
}

/**
 * Errors of any operation: invalid or forbidden requests, and temporary failures of the program,
 * its database or its machine. All others are in the tables of their operations.
 */
export const USUAL_ERRORS: ErrorTable = {
  ...withStatus(400, 'bad-request', 'bad-argument'),
  ...withStatus(401, 'unauthorized'),
  ...withStatus(403, 'forbidden', 'forbidden-host', 'forbidden-origin', 'no-permission'),
  ...withStatus(404, 'not-found'),
  ...withStatus(405, 'method-not-allowed'),
  // The node or its job ends, or the client has disconnected.
  ...withStatus(409, 'cancelled'),
  ...withStatus(413, 'too-large'),
  ...withStatus(415, 'unsupported-media-type'),
  // After many wrong passwords, further requests with one have to wait.
  ...withStatus(429, 'too-many-attempts'),
  ...withStatus(431, 'headers-too-large'),
  ...withStatus(500, 'damaged', 'io', 'newer-version'),
  ...withStatus(501, 'unsupported'),
  ...withStatus(503, 'busy', 'closed', 'unavailable'),
  ...withStatus(507, 'no-space'),
}

/** Other machines that do not answer, or give invalid answers. */
export const OUTSIDE_ERRORS = {
  ...withStatus(502, 'bad-message', 'refused', 'unreachable'),
  ...withStatus(504, 'no-answer', 'timeout'),
} satisfies ErrorTable

/** A malformed link or `.torrent`. `field`: the member with the link. */
export function linkErrors(field: string) {
  return {
    ...withStatus(400, 'ipfs-content-id'),
    'bad-info-hash': { status: 400, field },
    'bad-magnet': { status: 400, field },
    'unknown-identifier': { status: 400, field },
  } satisfies ErrorTable
}

/** Merges the tables of operations. A code has the same status in all of them. */
export function errorsOf(operations: Iterable<{ readonly errors?: ErrorTable }>): ErrorTable {
  return Object.assign({}, ...[...operations].map(({ errors }) => errors))
}
