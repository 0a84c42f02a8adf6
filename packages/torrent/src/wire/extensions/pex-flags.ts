import type { PeerAddress } from '../../transport/transport.ts'

/** Flags of an added peer (BEP 11). */
export const PexFlag = {
  prefersEncryption: 0x01,
  uploadOnly: 0x02,
  utp: 0x04,
  holepunch: 0x08,
  /** The sender connected to it, so others can too. */
  reachable: 0x10,
} as const

export interface PexPeer extends PeerAddress {
  /** `PexFlag`s; 0 when the sender gave none. */
  readonly flags: number
}
