import { ShoalError } from '../base/errors.ts'
import type { ResolveHost } from './resolve.ts'

/** Browsers resolve names by themselves, without telling: always rejects with `unsupported`. */
export const resolveHost: ResolveHost = async () => {
  throw new ShoalError('unsupported', 'browsers do not tell the addresses of a name: connect by name instead')
}
