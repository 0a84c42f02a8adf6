import { ShoalError } from '../base/errors.ts'
import type { ResolveHost } from './resolve.ts'

/** Always rejects with `unsupported`: browsers resolve names internally. */
export const resolveHost: ResolveHost = async () => {
  throw new ShoalError('unsupported', 'browsers do not tell the addresses of a name: connect by name instead')
}
