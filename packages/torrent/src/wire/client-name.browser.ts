import { latin1 } from '../base/bytes.ts'

/**
 * The clients that a page can connect to, by WebRTC: the two letters after the dash in Azureus
 * style (BEP 20).
 */
const NAMES: Readonly<Record<string, string>> = {
  BI: 'BiglyBT',
  LT: 'libtorrent',
  SH: 'Shoal',
  TR: 'Transmission',
  WD: 'WebTorrent Desktop',
  WW: 'WebTorrent',
  qB: 'qBittorrent',
}

/**
 * The name of the client that generated a peer ID. Most clients also send it with their version,
 * which is preferred.
 */
export function clientName(peerId: Uint8Array): string {
  const letters = latin1(peerId.subarray(1, 3))
  return Object.hasOwn(NAMES, letters) ? NAMES[letters]! : 'Unknown'
}
