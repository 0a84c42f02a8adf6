/** The protocols that a node has from the start. */
import { type Clock, systemClock } from '@shoal/torrent'
import { VERSION } from '../../base/version.ts'
import type { Log } from '../kernel/log/log.ts'
import { BitTorrentHandler, type TorrentAdder } from '../sources/bittorrent-handler.ts'
import { ProtocolManager } from '../sources/protocol-manager.ts'
import type { TransferContext } from './file-transfer.ts'
import { FtpHandler } from './ftp/ftp-handler.ts'
import { HttpHandler } from './http/http-handler.ts'
import { Throttle } from './throttle.ts'

export interface ProtocolsOptions {
  readonly adder: TorrentAdder
  readonly log: Log
  readonly clock?: Clock
}

export interface Protocols {
  readonly manager: ProtocolManager
  /** Of all plain transfers together, beside the session's own limit. Null: none. */
  setDownloadLimit(bytesPerSecond: number | null): void
}

/** BitTorrent, then HTTP(S), then FTP. */
export function openProtocols({ adder, log, clock = systemClock }: ProtocolsOptions): Protocols {
  const throttle = new Throttle(clock)
  const context: TransferContext = { clock, log, throttle, active: new Set() }
  const bittorrent = new BitTorrentHandler(adder)
  const addTorrent = bittorrent.add.bind(bittorrent)
  const manager = new ProtocolManager()
  manager.register(bittorrent)
  manager.register(new HttpHandler({ context, userAgent: `Shoal/${VERSION}`, addTorrent }))
  manager.register(new FtpHandler({ context }))
  return { manager, setDownloadLimit: rate => throttle.setRate(rate) }
}
