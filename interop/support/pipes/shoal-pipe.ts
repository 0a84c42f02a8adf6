/** Our uTP. */
import { limitMs } from '@shoal/testing'
import { systemClock } from '../../../packages/torrent/src/base/clock.ts'
import { systemRandom } from '../../../packages/torrent/src/base/random.ts'
import { openDatagram } from '../../../packages/torrent/src/transport/datagram.node.ts'
import { SharedDatagrams } from '../../../packages/torrent/src/transport/shared-datagrams.ts'
import { UtpTransport } from '../../../packages/torrent/src/transport/utp/utp-transport.ts'
import { count, floodConnection } from './blocks.ts'
import type { Pipe } from './pipe.ts'

const transport = new UtpTransport({
  clock: systemClock,
  random: systemRandom,
  datagrams: new SharedDatagrams(openDatagram),
})

export const pipe: Pipe = {
  async listen(host, onBytes) {
    const listener = await transport.listen({ host, port: 0 }, connection => {
      count(connection, onBytes)
    })
    return listener.port
  },

  async flood(host, port, bytes) {
    const connection = await transport.dial({ host, port }, { signal: AbortSignal.timeout(limitMs(20)) })
    floodConnection(connection, bytes)
  },
}
