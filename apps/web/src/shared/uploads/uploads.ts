import type { InputOf, Job } from '@shoal/api'
import { Cell } from '../base/cell.ts'
import { type DroppedFile, withoutHidden } from '../dropped/dropped.ts'
import { isAborted, messageOf } from '../format/errors.ts'
import { texts } from '../messages/texts.ts'
import type { NodeStore } from '../node/node-store.ts'

export type ShareOptions = Omit<InputOf<'shareUpload'>, 'id'>

export interface UploadProgress {
  readonly stage: 'sending' | 'preparing' | 'failed' | 'cancelled'
  readonly sentBytes: number
  readonly error: string | null
}

/** Uploads from this browser to the node. */
export const uploads = new Cell<readonly UploadTask[]>([])

let count = 0

export interface Contents {
  readonly name: string
  readonly files: readonly DroppedFile[]
  /** The number of hidden files that are left out. */
  readonly hiddenCount: number
}

/** Returns the name of the shared content, and its files below that name. */
export function toContent(chosen: readonly DroppedFile[]): Contents {
  const files = withoutHidden(chosen)
  return { ...named(files), hiddenCount: chosen.length - files.length }
}

function named(files: readonly DroppedFile[]): Omit<Contents, 'hiddenCount'> {
  const tops = new Set(files.map(({ path }) => path.split('/')[0]!))
  const [top] = tops
  // Several items have no common name: none of their names fits the others.
  if (tops.size !== 1) return { name: texts.app.files({ count: files.length }), files: [...files] }
  if (!files[0]!.path.includes('/')) return { name: top!, files: [...files] }
  return { name: top!, files: files.map(({ path, file }) => ({ path: path.slice(top!.length + 1), file })) }
}

/**
 * Uploads files one by one to the node, which then shares them. Continues when the dialog is
 * closed.
 */
export class UploadTask {
  readonly id = `task-${++count}`
  readonly name: string
  readonly files: readonly DroppedFile[]
  readonly totalBytes: number
  readonly progress = new Cell<UploadProgress>({ stage: 'sending', sentBytes: 0, error: null })
  /** Whether its dialog is closed. */
  inBackground = false
  readonly #controller = new AbortController()
  readonly #node: NodeStore

  constructor(node: NodeStore, name: string, files: readonly DroppedFile[]) {
    this.#node = node
    this.name = name
    // A single file is shared as that file under the chosen name.
    this.files = files.length === 1 && !files[0]!.path.includes('/') ? [{ ...files[0]!, path: name }] : files
    this.totalBytes = files.reduce((sum, { file }) => sum + file.size, 0)
  }

  /**
   * Resolves to the job that shares the content, or to null if that failed or was cancelled; see
   * `progress`.
   */
  async run(options: ShareOptions): Promise<Job | null> {
    uploads.set([...uploads.get(), this])
    const { signal } = this.#controller
    let upload: string | undefined
    try {
      upload = (await this.#node.api.createUpload({ name: this.name }, { signal })).id
      await this.#send(upload, signal)
      this.#update({ stage: 'preparing' })
      const job = await this.#node.api.shareUpload({ ...options, id: upload }, { signal })
      this.#forget()
      return job
    } catch (error) {
      this.#failed(error)
      if (upload !== undefined) await this.#node.api.cancelUpload({ id: upload }).catch(() => {})
      return null
    }
  }

  async #send(upload: string, signal: AbortSignal): Promise<void> {
    let before = 0
    for (const { path, file } of this.files) {
      const onProgress = (bytes: number) => this.#update({ sentBytes: before + Math.min(bytes, file.size) })
      await this.#node.link.putFile(upload, path, file, { signal, onProgress })
      before += file.size
      this.#update({ sentBytes: before })
    }
  }

  continueInBackground(): void {
    this.inBackground = true
    uploads.set([...uploads.get()])
  }

  cancel(): void {
    this.#controller.abort()
    this.#forget()
  }

  #failed(error: unknown): void {
    const stopped = this.#controller.signal.aborted || isAborted(error)
    this.#update(stopped ? { stage: 'cancelled' } : { stage: 'failed', error: messageOf(error) })
  }

  #update(change: Partial<UploadProgress>): void {
    this.progress.set({ ...this.progress.get(), ...change })
  }

  #forget(): void {
    uploads.set(uploads.get().filter(task => task !== this))
  }
}
