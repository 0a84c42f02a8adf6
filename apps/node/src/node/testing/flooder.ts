/**
 * A peer in a thread that sends one message as fast as possible, and reconnects whenever it is
 * disconnected. Any message to the thread stops it; it answers with the number of bytes sent.
 */
import { connect } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

export interface Flood {
  readonly port: number
  /** Hexadecimal. */
  readonly infoHash: string
  readonly message: Uint8Array
}

const BATCH_BYTES = 256 * 1024
const RECONNECT_MS = 20
/** BEP 10 and BEP 52. */
const FEATURES = [0, 0, 0, 0, 0, 0x10, 0, 0x14]

const { port, infoHash, message } = workerData as Flood
const handshake = Buffer.concat([
  Buffer.from('\x13BitTorrent protocol', 'latin1'),
  Buffer.from(FEATURES),
  Buffer.from(infoHash, 'hex'),
  Buffer.from('-XX0001-flood1234567'),
])
const batch = Buffer.concat(Array.from({ length: Math.ceil(BATCH_BYTES / message.length) }, () => message))
let sentBytes = 0

function flood(): void {
  const socket = connect(port, '127.0.0.1')
  const send = () => {
    while (socket.writable && socket.write(batch)) sentBytes += batch.length
    sentBytes += batch.length
  }
  socket.write(handshake)
  // It reads nothing, so responses pile up.
  socket.on('connect', send).on('drain', send)
  socket.on('error', () => {}).on('close', () => setTimeout(flood, RECONNECT_MS))
}

flood()
parentPort!.once('message', () => {
  parentPort!.postMessage(sentBytes)
  process.exit()
})
