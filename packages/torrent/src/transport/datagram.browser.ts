import { ShoalError } from '../base/errors.ts'
import type { OpenDatagram } from './datagram.ts'

/** Always rejects with `unsupported`: browsers have no datagrams. */
export const openDatagram: OpenDatagram = async () => {
  throw new ShoalError('unsupported', 'Browsers have no UDP: use WebSocket trackers here, or run a node')
}
