import type { PeerAddress } from '../../transport/transport.ts'

/** The flags that pages also need, as constants, which take fewer bytes in bundles. */
export const UPLOAD_ONLY = 0x02
/** The sender connected to it, so others can too. */
export const REACHABLE = 0x10

/** Flags of an added peer (BEP 11). */
export const PexFlag = {
  prefersEncryption: 0x01,
  uploadOnly: UPLOAD_ONLY,
  utp: 0x04,
  holepunch: 0x08,
  reachable: REACHABLE,
} as const

export interface PexPeer extends PeerAddress {
  /** `PexFlag`s; 0 when the sender gave none. */
  readonly flags: number
}
