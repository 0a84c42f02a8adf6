import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

const DEADLINE_MS = 10_000

/**
 * Sends raw bytes to a server on this machine and reads the response, or only its headers if it
 * never ends. Rejects if there is no response.
 */
export function exchange(port: number, bytes: string | Uint8Array): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    const finish = () => {
      clearTimeout(timer)
      socket.destroy()
      const answer = readAnswer(Buffer.concat(chunks))
      if (answer) resolve(answer)
      else reject(new Error(`no answer, but ${JSON.stringify(Buffer.concat(chunks).toString('latin1'))}`))
    }
    const timer = setTimeout(finish, DEADLINE_MS)
    socket.on('data', chunk => {
      chunks.push(chunk)
      const answer = readAnswer(Buffer.concat(chunks))
      const length = answer?.headers.get('content-length')
      if (
        answer &&
        (length === undefined
          ? isEndless(answer)
          : Buffer.byteLength(answer.body, 'latin1') >= Number(length))
      )
        finish()
    })
    socket.on('close', finish)
    socket.on('error', () => {})
    socket.write(bytes)
  })
}

function isEndless({ headers, status }: RawAnswer): boolean {
  return (
    status === 304 || status === 101 || (headers.get('content-type') ?? '').startsWith('text/event-stream')
  )
}

/** Returns null while the headers are incomplete. The body is Latin-1: one character per byte. */
function readAnswer(bytes: Buffer): RawAnswer | null {
  const text = bytes.toString('latin1').replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
  const end = text.indexOf('\r\n\r\n')
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1]
  if (end < 0 || status === undefined) return null
  const lines = text.slice(0, end).split('\r\n').slice(1)
  const pairs = lines.map(line => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  return { status: Number(status), headers: new Map(pairs), body: text.slice(end + 4) }
}
