import type { PexPeer } from '../wire/extensions/pex-flags.ts'

/** Pages dial no addresses, and have none to report. */
export const EXCHANGES_PEERS = false as boolean

export class PeerExchange {
  isDue(_nowMs: number): boolean {
    return false
  }

  accepts(_nowMs: number): boolean {
    return false
  }

  message(_peers: readonly PexPeer[], _own: string, _nowMs: number): Uint8Array | null {
    return null
  }
}

export function addedPeers(_payload: Uint8Array): readonly PexPeer[] {
  return []
}

export function exchangeablePeers(_peers: Iterable<unknown>): PexPeer[] {
  return []
}
