/** Sends bytes over a connection like a torrent. */
import type { Connection } from '../../../packages/torrent/src/transport/transport.ts'

const BLOCK = new Uint8Array(16 * 1024)
/** Queued bytes above which a session stops reading blocks from its storage. */
const ENOUGH_BYTES = 256 * 1024

/** Sends this many bytes in blocks. */
export function floodConnection(connection: Connection, bytes: number): void {
  let left = bytes
  const fill = () => {
    while (left > 0 && connection.bufferedBytes < ENOUGH_BYTES) {
      connection.write(BLOCK.subarray(0, Math.min(left, BLOCK.length)))
      left -= BLOCK.length
    }
  }
  connection.start({ onData() {}, onDrain: fill, onClose() {} })
  fill()
}

/** Counts received bytes. */
export function count(connection: Connection, onBytes: (count: number) => void): void {
  connection.start({ onData: bytes => onBytes(bytes.length), onDrain() {}, onClose() {} })
}
