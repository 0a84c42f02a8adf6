import type { Protocol } from '@shoal/api'
import { Failure } from '../../base/failure.ts'
import { withoutPassword } from '../../base/without-password.ts'
import type {
  Download,
  DownloadOptions,
  LookOptions,
  ProtocolHandler,
  Seed,
  SeedOptions,
} from '../transfers/protocol.ts'

/** Longest part of an identifier that an error repeats. */
const SHOWN_LENGTH = 80

/** Chooses the handler for an identifier: the first in order of registration that can. */
export class ProtocolManager {
  #handlers: ProtocolHandler[] = []

  /** After those that are there, or before the one of the name. Throws `bad-argument` when its name is taken, or `before` unknown. */
  register(handler: ProtocolHandler, { before }: { before?: string } = {}): void {
    if (this.#find(handler.name))
      throw new Failure(
        'bad-argument',
        `there is a handler named ${handler.name} already: unregister it first`,
      )
    const at =
      before === undefined ? this.#handlers.length : this.#handlers.findIndex(({ name }) => name === before)
    if (at < 0) throw new Failure('bad-argument', `there is no handler named ${before}`)
    this.#handlers.splice(at, 0, handler)
  }

  /** False when there was none of the name. */
  unregister(name: string): boolean {
    const before = this.#handlers.length
    this.#handlers = this.#handlers.filter(handler => handler.name !== name)
    return this.#handlers.length < before
  }

  handlerFor(identifier: string, options?: Pick<DownloadOptions, 'outsideOnly'>): ProtocolHandler | null {
    const text = identifier.trim()
    return this.#handlers.find(handler => handler.canHandle(text, options)) ?? null
  }

  /** For operation `listProtocols`. */
  describe(): Protocol[] {
    return this.#handlers.map(({ name, understands }) => ({ name, understands: [...understands] }))
  }

  /** Rejects with `unknown-identifier`, which lists what is understood, or with what the handler says. */
  async download(identifier: string, options: DownloadOptions): Promise<Download> {
    const handler = this.handlerFor(identifier, options)
    if (!handler) throw this.#unknown(identifier)
    return handler.download(identifier.trim(), options)
  }

  /**
   * What the engine takes of an identifier, without adding it. Rejects with `unknown-identifier`, with `not-a-torrent` where a plain file is
   * behind it, which `download` can have, or with what the handler says.
   */
  async torrentBehind(identifier: string, options: LookOptions): Promise<string | Uint8Array> {
    const handler = this.handlerFor(identifier, options)
    if (!handler) throw this.#unknown(identifier)
    const source = await handler.torrentBehind?.(identifier.trim(), options)
    if (source) return source
    throw new Failure(
      'not-a-torrent',
      `this is a plain file (${handler.name}), so there is nothing inside to choose from: add it, and it is downloaded as it is`,
      { field: 'source' },
    )
  }

  /** Rejects with `unsupported` when no handler, or not the one asked for, can share. */
  async seed(path: string, options: SeedOptions = {}): Promise<Seed> {
    const { protocol } = options
    if (protocol !== undefined) {
      const handler = this.#find(protocol)
      if (handler) return handler.seed(path, options)
      throw new Failure('bad-argument', `there is no protocol ${protocol}: choose one of ${this.#names()}`)
    }
    for (const handler of this.#handlers) {
      try {
        return await handler.seed(path, options)
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'unsupported') throw error
      }
    }
    throw new Failure('unsupported', 'none of the protocols can share: only BitTorrent does')
  }

  #find(name: string): ProtocolHandler | undefined {
    return this.#handlers.find(handler => handler.name === name)
  }

  #names(): string {
    return this.#handlers.map(({ name }) => name).join(', ')
  }

  #unknown(identifier: string): Failure {
    const text = identifier.trim()
    const shown = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text
    const known = this.#handlers.map(({ name, understands }) => `${name}: ${understands.join(', ')}`)
    return new Failure(
      'unknown-identifier',
      `${withoutPassword(shown) || 'nothing'} is nothing that can be downloaded. What is understood: ${known.join('; ')}`,
      { field: 'source' },
    )
  }
}
