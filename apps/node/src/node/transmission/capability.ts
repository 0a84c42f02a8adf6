import { TRANSMISSION as CONTRACT } from '@shoal/api'
import { capability } from '../kernel/capability.ts'
import { transmissionApi } from './plugin.ts'

/** The RPC interface of Transmission. */
export const TRANSMISSION = capability({
  contract: CONTRACT,
  start: () => ({ routes: transmissionApi, close() {} }),
})
