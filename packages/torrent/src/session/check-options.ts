import { toDhtNodes } from '#session-dht'
import { ShoalError } from '../base/errors.ts'
import type { SessionOptions } from '../session-api.ts'
import { checkIceServer } from '../transport/webrtc/ice-url.ts'

/** Throws `bad-argument` for an invalid option, before anything is opened. */
export function checkOptions(options: SessionOptions): void {
  const { port, maxConnections, maxConnectionsPerTorrent, uploadSlots, dhtNodes } = options
  if (options.stateDirectory && options.resumeStore)
    throw new ShoalError('bad-argument', 'give a stateDirectory or a resumeStore, not both')
  if (port !== undefined && port !== null) checkInteger('port', port, 0, 65_535)
  checkInteger('maxConnections', maxConnections ?? 1, 1)
  checkInteger('maxConnectionsPerTorrent', maxConnectionsPerTorrent ?? 1, 1)
  checkInteger('uploadSlots', uploadSlots ?? 1, 1)
  if (typeof options.webrtc === 'object') options.webrtc.iceServers?.forEach(checkIceServer)
  if (dhtNodes) toDhtNodes(dhtNodes)
}

function checkInteger(name: string, value: number, least: number, most = 1_000_000): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new ShoalError('bad-argument', `${name} is ${value}: give an integer from ${least} to ${most}`)
}
