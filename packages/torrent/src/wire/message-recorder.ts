import { hex } from '../base/bytes.ts'
import type { MessageHandler } from './messages.ts'

/**
 * For tests: a handler that records each call as text and joins the parts of a block, so that two
 * streams can be compared.
 */
export class MessageRecorder implements MessageHandler {
  readonly events: string[] = []
  /** Called after each event; may stop the parser. */
  afterEvent: () => void = () => {}
  #block = ''

  onKeepAlive = () => this.#add('keepAlive')
  onChoke = () => this.#add('choke')
  onUnchoke = () => this.#add('unchoke')
  onInterested = () => this.#add('interested')
  onNotInterested = () => this.#add('notInterested')
  onHave = (piece: number) => this.#add('have', piece)
  onBitfield = (bits: Uint8Array) => this.#add('bitfield', bits)
  onRequest = (piece: number, begin: number, length: number) => this.#add('request', piece, begin, length)
  onCancel = (piece: number, begin: number, length: number) => this.#add('cancel', piece, begin, length)
  onReject = (piece: number, begin: number, length: number) => this.#add('reject', piece, begin, length)
  onPort = (port: number) => this.#add('port', port)
  onSuggest = (piece: number) => this.#add('suggest', piece)
  onHaveAll = () => this.#add('haveAll')
  onHaveNone = () => this.#add('haveNone')
  onAllowedFast = (piece: number) => this.#add('allowedFast', piece)
  onExtended = (id: number, payload: Uint8Array) => this.#add('extended', id, payload)
  onHashRequest = (root: Uint8Array, ...numbers: number[]) => this.#add('hashRequest', root, ...numbers)
  onHashReject = (root: Uint8Array, ...numbers: number[]) => this.#add('hashReject', root, ...numbers)
  onHashes = (root: Uint8Array, ...rest: (number | Uint8Array)[]) => this.#add('hashes', root, ...rest)
  onUnknown = (id: number) => this.#add('unknown', id)

  onBlockStart(piece: number, begin: number, length: number): void {
    this.#block = ''
    this.#add('blockStart', piece, begin, length)
  }

  onBlockData(bytes: Uint8Array): void {
    this.#block += hex(bytes)
  }

  onBlockEnd(): void {
    this.#add('block', this.#block)
  }

  #add(name: string, ...values: (number | string | Uint8Array)[]): void {
    const texts = values.map(value => (value instanceof Uint8Array ? hex(value) : value))
    this.events.push([name, ...texts].join(' '))
    this.afterEvent()
  }
}
