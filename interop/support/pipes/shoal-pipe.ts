/** Our uTP, in blocks as a torrent sends them. */
import { systemClock } from '../../../packages/torrent/src/base/clock.ts'
import { systemRandom } from '../../../packages/torrent/src/base/random.ts'
import { openDatagram } from '../../../packages/torrent/src/transport/datagram.node.ts'
import { SharedDatagrams } from '../../../packages/torrent/src/transport/shared-datagrams.ts'
import { UtpTransport } from '../../../packages/torrent/src/transport/utp/utp-transport.ts'
import type { Pipe } from './pipe.ts'

const BLOCK = new Uint8Array(16 * 1024)
/** A session stops reading blocks from its storage while this much waits. */
const ENOUGH_BYTES = 256 * 1024

const transport = new UtpTransport({
  clock: systemClock,
  random: systemRandom,
  datagrams: new SharedDatagrams(openDatagram),
})

export const pipe: Pipe = {
  async listen(host, onBytes) {
    const listener = await transport.listen({ host, port: 0 }, connection => {
      connection.start({ onData: bytes => onBytes(bytes.length), onDrain() {}, onClose() {} })
    })
    return listener.port
  },

  async flood(host, port, bytes) {
    const connection = await transport.dial({ host, port }, { signal: AbortSignal.timeout(10_000) })
    let left = bytes
    const fill = () => {
      while (left > 0 && connection.bufferedBytes < ENOUGH_BYTES) {
        connection.write(BLOCK.subarray(0, Math.min(left, BLOCK.length)))
        left -= BLOCK.length
      }
    }
    connection.start({ onData() {}, onDrain: fill, onClose() {} })
    fill()
  },
}
