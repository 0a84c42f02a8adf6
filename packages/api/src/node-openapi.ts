/** Describes the API of a node as an OpenAPI 3.1 document. */
import { BYTE_ROUTES, type ByteRoute } from './bytes.ts'
import { NodeEvent } from './events.ts'
import { type DescribedBytes, describeApi, type OpenApiDocument } from './openapi.ts'
import { OPERATIONS, type OperationName } from './operations.ts'

const DESCRIPTION =
  'The API of a Shoal node. Requests with unknown members are rejected. Every error says what was wrong.'
const SECURITY = {
  token: { type: 'http', scheme: 'bearer', description: 'The file `token` in the node’s data folder' },
  password: {
    type: 'http',
    scheme: 'basic',
    description: 'User name and password of the node, or `shoal` and the token',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'shoal_session_8420',
    description:
      'Set by `login`. The name contains the port that the node listens on. Over HTTPS it is `__Host-shoal_session_8420`',
  },
} as const

export interface DescribedNode {
  readonly version: string
  /** Returns whether the node supports an operation. Default: all. */
  answers?(name: OperationName): boolean
}

/**
 * Returns the document. It is always the same for the same version and capabilities of the node.
 */
export function openApiDocument({ version, answers = () => true }: DescribedNode): OpenApiDocument {
  const answered = Object.entries(OPERATIONS).filter(([name]) => answers(name as OperationName))
  return describeApi({
    title: 'Shoal node',
    version,
    description: DESCRIPTION,
    operations: Object.fromEntries(answered),
    bytes: Object.fromEntries(
      Object.entries(BYTE_ROUTES).map(([name, route]) => [name, toDescribed(name, route)]),
    ),
    security: SECURITY,
    unauthorized: 'Not authenticated: log in, or send the token',
  })
}

function toDescribed(name: string, { answersLike, ...route }: ByteRoute): DescribedBytes {
  return {
    ...route,
    ...(answersLike && { output: OPERATIONS[answersLike].output }),
    ...(name === 'getEvents' && { schema: NodeEvent }),
    ...(name === 'getOpenApi' && { schema: { type: 'object' } }),
  }
}
