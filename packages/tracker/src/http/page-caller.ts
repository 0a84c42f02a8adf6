import type { IncomingMessage } from 'node:http'
import type { AddressSet } from '../access/address-set.ts'
import { CALLER, identifyCaller } from '../access/caller.ts'
import { readAddress } from '../base/address.ts'
import { SCOPE, scopeOf } from '../base/scope.ts'
import { callerAddress } from './attach.ts'
import type { PageCaller } from './http-front.ts'

/**
 * Describes the sender of a request of node:http. `proxies`: those whose `X-Forwarded-For` is
 * trusted.
 */
export function pageCaller(request: IncomingMessage, proxies: AddressSet): PageCaller {
  const address = callerAddress(request, proxies)
  const words = new Int32Array(4)
  const family = readAddress(address, words)
  return {
    address,
    isDirect: identifyCaller(request, proxies) === CALLER.direct,
    isWorld: family !== null && scopeOf(family, words) === SCOPE.world,
  }
}
