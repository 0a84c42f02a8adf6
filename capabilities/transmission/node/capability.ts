import { capability } from '@shoal/node/node/kernel/capability.ts'
import { TRANSMISSION as CONTRACT } from '../contract.ts'
import { transmissionApi } from './plugin.ts'

/** The RPC interface of Transmission. */
export const TRANSMISSION = capability({
  contract: CONTRACT,
  start: () => ({ routes: transmissionApi, close() {} }),
})
