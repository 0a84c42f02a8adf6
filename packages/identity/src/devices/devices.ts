/**
 * People and their devices: signed lists of devices, and the meaning of a new list for someone who
 * knows an older one. See decision 014.
 */

export { isShownName } from '../shown-name.ts'
export * from './device-history.ts'
export * from './device-list.ts'
export { judgeDeviceLists, type ListVerdict } from './judge-device-lists.ts'
export type { Signer } from './signed-cbor.ts'
