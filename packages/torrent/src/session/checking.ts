import { Bitfield } from '../base/bitfield.ts'
import { type CheckOptions, checkContent } from './check.ts'
import type { Content } from './content.ts'

export interface CheckingOptions extends Pick<CheckOptions, 'pool' | 'progress' | 'thorough'> {
  /** Believe that everything is in place. */
  readonly trusted: boolean
  /** Who asked for the check may give it up. */
  readonly signal: AbortSignal | undefined
}

/** One check of what is here: made for it, and gone with it. */
export class Checking {
  /** 0 to 1. */
  progress = 0
  readonly #abort = new AbortController()
  #running: Promise<boolean> | null = null

  get isStopped(): boolean {
    return this.#abort.signal.aborted
  }

  /**
   * Sets in `content.have` what is here. Resolves to whether that is worth recording. Rejects with the reason of `stop` or of the signal,
   * or with what storage says; `content.have` is then as it was before.
   */
  run(content: Content, options: CheckingOptions): Promise<boolean> {
    this.#running = this.#run(content, options)
    return this.#running
  }

  /** Resolves when nothing is read any more. */
  async stop(reason: Error): Promise<void> {
    this.#abort.abort(reason)
    await this.#running?.catch(() => {})
  }

  async #run(content: Content, { trusted, signal, ...options }: CheckingOptions): Promise<boolean> {
    const { have, selection, storage } = content
    const own = this.#abort.signal
    const before = have.bytes.slice()
    const { isChecked } = content
    content.isChecked = false
    try {
      if (!selection.isDefault) await storage.setWanted(selection.wanted())
      own.throwIfAborted()
      have.clearAll()
      if (trusted && !options.thorough) {
        have.setAll()
        content.isForeign = true
        content.isChecked = true
        return false
      }
      const news = await checkContent(content, {
        ...options,
        signal: signal ? AbortSignal.any([own, signal]) : own,
        onProgress: done => {
          this.progress = done
        },
      })
      own.throwIfAborted()
      if (news) content.isForeign = true
      content.isChecked = true
      return news
    } catch (error) {
      restore(have, before)
      content.isChecked = isChecked
      throw error
    }
  }
}

function restore(have: Bitfield, bytes: Uint8Array): void {
  const before = Bitfield.from(bytes, have.length)
  have.clearAll()
  for (let piece = 0; piece < have.length; piece++) if (before?.has(piece)) have.set(piece)
}
