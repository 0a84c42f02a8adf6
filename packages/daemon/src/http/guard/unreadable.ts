import type { Socket } from 'node:net'
import { DATA_HEADERS } from './headers.ts'

type Refused = readonly [status: string, code: string, field: string, message: string]

const MALFORMED: Refused = ['400 Bad Request', 'bad-request', 'request', 'this is not HTTP/1.1']
const BY_CODE: Readonly<Record<string, Refused>> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'headers-too-large',
    'headers',
    'the address and headers together are larger than 16 KiB',
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [
    '413 Content Too Large',
    'too-large',
    'body',
    'chunk extensions are too large',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [
    '408 Request Timeout',
    'bad-request',
    'headers',
    'the headers took too long to arrive',
  ],
}

/** Answers requests that Node's HTTP parser rejects, and closes the connection. */
export function refuseUnreadable(error: { readonly code: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy()
  const [status, code, field, message] = BY_CODE[error.code] ?? MALFORMED
  const body = JSON.stringify({ error: { code, message, field } })
  const headers = {
    ...DATA_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy())
}
