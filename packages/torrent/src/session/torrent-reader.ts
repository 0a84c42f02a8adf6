import type { Clock } from '../base/clock.ts'
import { ShoalError } from '../base/errors.ts'
import type { Content } from './content.ts'
import type { StreamHost } from './file-stream.ts'
import { currentPath } from './place-change.ts'
import type { TorrentTask } from './torrent-task.ts'

/** What readers of a torrent's files ask of it. */
export class TorrentReader implements StreamHost {
  readonly #task: TorrentTask
  readonly #content: Content

  constructor(task: TorrentTask, content: Content) {
    this.#task = task
    this.#content = content
  }

  get clock(): Clock {
    return this.#task.clock
  }

  get content(): Content {
    return this.#content
  }

  currentPath(file: number): readonly string[] {
    return currentPath(this.#task, this.#content, file)
  }

  hurry(piece: number, dueMs: number): () => void {
    return this.#task.demand().hurry(piece, dueMs)
  }

  /** Resolves when the piece is here, if only for now: look again. */
  async whenPiece(piece: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#task.state === 'closed') throw new ShoalError('closed', 'the torrent was closed')
    if (this.#content.have.has(piece)) return
    await this.#task.demand().wait(piece, signal)
  }
}
