/**
 * Datagrams over `node:dgram` with only a window: a lower bound for the cost of a UDP protocol in
 * Node. It retransmits nothing, so it is for loopback, where a small window loses nothing.
 */
import { createSocket, type Socket } from 'node:dgram'
import type { Pipe } from './pipe.ts'

/** An IPv4 packet of 1,500 bytes. */
const DATAGRAM_BYTES = 1472
const WINDOW = 256
/** Datagrams per acknowledgment. */
const ACKNOWLEDGED_AT_ONCE = 16

function open(): Socket {
  const receive = { recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 }
  return createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4), ...receive })
}

export const pipe: Pipe = {
  listen(host, onBytes) {
    const socket = open()
    let received = 0
    socket.on('message', (bytes, from) => {
      onBytes(bytes.length)
      if (++received % ACKNOWLEDGED_AT_ONCE !== 0) return
      const acknowledgment = new Uint8Array(20)
      new DataView(acknowledgment.buffer).setFloat64(0, received)
      socket.send(acknowledgment, from.port, from.address)
    })
    return new Promise(resolve => socket.bind(0, host, () => resolve(socket.address().port)))
  },

  async flood(host, port, bytes) {
    const socket = open()
    const total = Math.ceil(bytes / DATAGRAM_BYTES / ACKNOWLEDGED_AT_ONCE) * ACKNOWLEDGED_AT_ONCE
    let [sent, acknowledged] = [0, 0]
    const fill = () => {
      while (sent < total && sent - acknowledged < WINDOW) {
        // A protocol sends different bytes each time.
        const datagram = new Uint8Array(DATAGRAM_BYTES)
        datagram[0] = sent++
        socket.send(datagram, port, host)
      }
    }
    socket.on('message', answer => {
      acknowledged = answer.readDoubleBE(0)
      fill()
    })
    fill()
  },
}
