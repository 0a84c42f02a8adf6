/**
 * A WebSocket client (RFC 6455) that does as little as possible per message, so that thousands of
 * them in one process do not slow down the measured server.
 */
import { connect, type Socket } from 'node:net'

const [TEXT, BINARY, CLOSE] = [1, 2, 8] as const
const KEY = Buffer.from('shoal benchmarks').toString('base64')

export interface WireListener {
  text(text: string, wire: Wire): void
  /** The bytes are only valid until it returns. */
  binary(bytes: Buffer, wire: Wire): void
  closed(): void
}

export class Wire {
  readonly #socket: Socket
  readonly #listener: WireListener
  #rest: Buffer | null = null

  private constructor(socket: Socket, listener: WireListener) {
    this.#socket = socket
    this.#listener = listener
  }

  /** Resolves when the server has accepted the upgrade. */
  static open(port: number, path: string, listener: WireListener): Promise<Wire> {
    const { promise, resolve, reject } = Promise.withResolvers<Wire>()
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const wire = new Wire(socket, listener)
    let head = ''
    const upgrade = (chunk: Buffer) => {
      head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      socket.off('data', upgrade)
      if (!head.startsWith('HTTP/1.1 101')) return socket.destroy(new Error(head.slice(0, end)))
      socket.on('data', data => wire.#take(data))
      resolve(wire)
      wire.#take(Buffer.from(head.slice(end + 4), 'latin1'))
    }
    socket.on('data', upgrade)
    socket.on('error', reject)
    socket.on('close', () => {
      reject(new Error('The server closed the connection'))
      listener.closed()
    })
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
    )
    return promise
  }

  send(message: string | Uint8Array): void {
    const bytes = typeof message === 'string' ? Buffer.from(message) : message
    // The mask is zero, so the bytes are unchanged.
    const head = Buffer.alloc(bytes.length < 126 ? 6 : 8)
    head[0] = 0x80 | (typeof message === 'string' ? TEXT : BINARY)
    head[1] = 0x80 | (bytes.length < 126 ? bytes.length : 126)
    if (bytes.length >= 126) head.writeUInt16BE(bytes.length, 2)
    this.#socket.write(Buffer.concat([head, bytes]))
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    const data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
    let at = 0
    for (;;) {
      const frame = readFrame(data, at)
      if (!frame) break
      const bytes = data.subarray(frame.start, frame.end)
      if (frame.kind === BINARY) this.#listener.binary(bytes, this)
      else if (frame.kind === TEXT) this.#listener.text(bytes.toString(), this)
      else if (frame.kind === CLOSE) this.close()
      at = frame.end
    }
    this.#rest = at < data.length ? data.subarray(at) : null
  }
}

/**
 * Returns the frame at this position, or null if it is incomplete. Servers do not mask, and ours
 * send no fragments.
 */
function readFrame(data: Buffer, at: number): { kind: number; start: number; end: number } | null {
  if (data.length < at + 2) return null
  const short = data[at + 1]! & 0x7f
  const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10)
  if (data.length < start) return null
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(at + 2) : data.readUInt32BE(at + 6)
  return data.length < start + length ? null : { kind: data[at]! & 0x0f, start, end: start + length }
}
