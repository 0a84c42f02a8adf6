/** Replies of FTP servers (RFC 959, 4.2). */
import { latin1 } from '../../base/bytes.ts'
import { ShoalError } from '../../base/errors.ts'

export interface FtpReply {
  /** 100 to 599. */
  readonly code: number
  /** The last line, without its code. */
  readonly text: string
}

/** Limits for a reply, so that a server cannot fill the memory: welcome texts are long. */
const MAX_LINE_BYTES = 4096
const MAX_REPLY_BYTES = 64 * 1024
/** Lower ports belong to other services. */
const MIN_PORT = 1024

/** Reads replies from a control connection, as they arrive. */
export class ReplyReader {
  #rest = ''
  /** Code of the incomplete reply of several lines. */
  #code: string | null = null
  #replyBytes = 0

  /** Returns the replies that these bytes complete. Throws `bad-message`. */
  push(bytes: Uint8Array): FtpReply[] {
    const lines = (this.#rest + latin1(bytes)).split('\n')
    this.#rest = lines.pop()!
    const replies: FtpReply[] = []
    for (const line of lines) {
      this.#check(line)
      const reply = this.#line(line.replace(/\r$/, ''))
      if (!reply) continue
      replies.push(reply)
      this.#replyBytes = 0
    }
    if (this.#rest.length > MAX_LINE_BYTES) throw tooLong()
    return replies
  }

  #check(line: string): void {
    this.#replyBytes += line.length + 1
    if (line.length > MAX_LINE_BYTES || this.#replyBytes > MAX_REPLY_BYTES) throw tooLong()
  }

  /** RFC 959, 4.2: `123 text`, or `123-text`, any lines, and `123 text`. */
  #line(line: string): FtpReply | null {
    const [, code = '', separator = '', text = ''] = /^([1-5]\d\d)(?:([ -])(.*))?$/s.exec(line) ?? []
    if (this.#code !== null) {
      if (code !== this.#code || separator === '-') return null
    } else {
      if (code === '') throw new ShoalError('bad-message', 'the server does not speak FTP')
      if (separator === '-') {
        this.#code = code
        return null
      }
    }
    this.#code = null
    return { code: Number(code), text }
  }
}

/**
 * Returns the port of a reply to EPSV (229, RFC 2428) or PASV (227, RFC 959); null if there is
 * none, or connecting to it is not allowed. The address in the reply is ignored: a server could
 * direct us to any machine.
 */
export function passivePort({ code, text }: FtpReply): number | null {
  const port = code === 229 ? extendedPort(text) : code === 227 ? plainPort(text) : 0
  return port >= MIN_PORT && port <= 65_535 ? port : null
}

function extendedPort(text: string): number {
  return Number(/\(([!-~])\1\1(\d{1,5})\1\)/.exec(text)?.[2] ?? 0)
}

function plainPort(text: string): number {
  const numbers = /(?:\d{1,3},){4}(\d{1,3}),(\d{1,3})/.exec(text)
  const [high, low] = [Number(numbers?.[1] ?? 0), Number(numbers?.[2] ?? 0)]
  return high > 255 || low > 255 ? 0 : high * 256 + low
}

function tooLong(): ShoalError {
  return new ShoalError('bad-message', 'an answer of the FTP server is too long')
}
