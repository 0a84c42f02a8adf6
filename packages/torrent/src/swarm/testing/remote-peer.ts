import { OUR_EXTENSION_IDS } from '#extension-ids'
import type { Connection } from '../../transport/transport.ts'
import { type ExtendedHandshake, encodeExtendedHandshake } from '../../wire/extensions/extended-handshake.ts'
import { MessageParser } from '../../wire/message-parser.ts'
import { MessageRecorder } from '../../wire/message-recorder.ts'
import { MessageWriter } from '../../wire/message-writer.ts'

/**
 * The remote end of a connection, controlled by a test: sends any message and records those it
 * receives.
 */
export class RemotePeer {
  readonly connection: Connection
  readonly heard = new MessageRecorder()
  closed = false
  /** Answers requests from these bytes (of the piece space) as they come, when it is set. */
  serves: { content: Uint8Array; pieceLengthBytes: number } | null = null
  /** Called with each request before it is answered; false leaves it unanswered. */
  answers: (piece: number, begin: number, length: number) => boolean = () => true
  readonly #writer = new MessageWriter()

  /** `early`: bytes after the handshake. */
  constructor(connection: Connection, early: Uint8Array = new Uint8Array(0)) {
    this.connection = connection
    const parser = new MessageParser(this.heard, { maxBlockBytes: 128 * 1024 })
    this.heard.afterEvent = () => this.#react(this.heard.events.at(-1)!)
    connection.start({
      onData: bytes => parser.push(bytes),
      onDrain() {},
      onClose: () => {
        this.closed = true
      },
    })
    parser.push(early)
  }

  /** Sends the output of `say` in one write. */
  send(say: (out: MessageWriter) => void): void {
    say(this.#writer)
    const bytes = this.#writer.take()
    if (bytes) this.connection.write(bytes)
  }

  extended(handshake: Partial<ExtendedHandshake> = {}): void {
    const payload = encodeExtendedHandshake({ extensions: OUR_EXTENSION_IDS, ...handshake })
    this.send(out => out.extended(0, payload))
  }

  block(piece: number, begin: number, bytes: Uint8Array): void {
    this.send(out => out.blockHeader(piece, begin, bytes.length))
    this.connection.write(bytes)
  }

  /** The received messages of one kind, without the name: `['3 0 16384', …]`. */
  all(name: string): string[] {
    const prefix = `${name} `
    return this.heard.events
      .filter(event => event === name || event.startsWith(prefix))
      .map(event => event.slice(prefix.length))
  }

  has(event: string): boolean {
    return this.heard.events.includes(event)
  }

  /** Requests as `[piece, begin, length]`. */
  get requests(): number[][] {
    return this.all('request').map(event => event.split(' ').map(Number))
  }

  /** Complete blocks that arrived, as hex. */
  get blocks(): string[] {
    return this.all('block')
  }

  /** Sends the requested block, from `serves`. */
  answer(piece: number, begin: number, length: number): void {
    const { content, pieceLengthBytes } = this.serves!
    const at = piece * pieceLengthBytes + begin
    this.block(piece, begin, content.slice(at, at + length))
  }

  #react(event: string): void {
    if (!this.serves || !event.startsWith('request ')) return
    const [piece, begin, length] = event.split(' ').slice(1).map(Number) as [number, number, number]
    if (this.answers(piece, begin, length)) this.answer(piece, begin, length)
  }
}
