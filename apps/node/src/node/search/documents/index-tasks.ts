/** Runs the tasks of the search index: the names of a torrent, or the text of a document. */
import type { TorrentRecord, TorrentStore } from '../../torrents/service.ts'
import type { FileRecord, FileStore } from '../file-store.ts'
import type { IndexQueue, IndexTask } from '../index-queue.ts'
import type { Search } from '../search.ts'
import { isIndexable } from './extract-text.ts'
import { Extractor } from './extractor.ts'
import { documentEntry, nameEntries } from './index-entries.ts'

/** The tables that the index is built from. */
export interface SearchData {
  readonly torrents: TorrentStore
  readonly files: FileStore
  readonly indexQueue: IndexQueue
  readonly index: Search
  transaction<T>(work: () => T): T
}

export interface TaskOptions {
  readonly data: SearchData
  /**
   * Returns the path of a file on disk; null if it is missing or incomplete, in which case it is
   * not indexed.
   */
  locate(torrent: TorrentRecord, file: FileRecord): string | null | Promise<string | null>
  /** Reports a minor problem: an unreadable document, or an index that was rebuilt. */
  onNotice?(message: string): void
  readonly extractor?: Extractor
}

/** Files examined before other work runs. */
const QUEUED_AT_ONCE = 1000
/** Number of entries since the last merge that make another one worthwhile. */
const TIDY_AFTER = 2000

export class IndexTasks {
  /** Documents indexed since the start. */
  indexed = 0
  /** Documents since the start that could not be read. */
  unreadable = 0
  /** The document that is being read. */
  current: { readonly torrentId: number; readonly file: number } | null = null
  readonly #options: TaskOptions
  readonly #data: SearchData
  readonly #extractor: Extractor
  readonly #signal: AbortSignal
  #untidy = 0

  constructor(options: TaskOptions, signal: AbortSignal) {
    this.#options = options
    this.#data = options.data
    this.#extractor = options.extractor ?? new Extractor()
    this.#signal = signal
  }

  /** Rejects if the index fails or the signal aborts; documents that cannot be read are skipped. */
  async run(task: IndexTask): Promise<void> {
    if (task.task === 'forget') await this.#data.index.writer.call('remove', task.torrentId)
    else if (task.task === 'names') await this.#putNames(task.torrentId)
    else if (task.task === 'documents') await this.#queueDocuments(task.torrentId)
    else await this.#putDocument(task)
  }

  /** Merges the index if enough was written. Returns whether it was merged. */
  async tidy(): Promise<boolean> {
    if (this.#untidy < TIDY_AFTER) return false
    this.#untidy = 0
    await this.#data.index.writer.call('tidy')
    return true
  }

  /** Stops reading. */
  close(): Promise<void> {
    return this.#extractor.close()
  }

  async #putNames(torrentId: number): Promise<void> {
    const torrent = this.#data.torrents.get(torrentId)
    if (!torrent) return
    const { writer } = this.#data.index
    await writer.call('reserve', torrentId, this.#data.files.totals(torrentId).lastIndex + 1)
    for (const entries of nameEntries(torrent, this.#data.files)) {
      this.#signal.throwIfAborted()
      await writer.call('put', entries)
      this.#untidy += entries.length
    }
  }

  async #putDocument({ torrentId, fileIndex }: IndexTask): Promise<void> {
    const { torrents, files, index } = this.#data
    const torrent = torrents.get(torrentId)
    const file = files.get(torrentId, fileIndex)
    if (!torrent || !file) return
    this.current = { torrentId, file: fileIndex }
    try {
      const text = await this.#read(torrent, file)
      if (text === null) return
      await index.writer.call('put', [documentEntry(torrent, file, files.page(torrentId, 0, 2).length, text)])
      this.indexed++
      this.#untidy++
    } finally {
      this.current = null
    }
  }

  /** Returns null for a document that cannot be read. */
  async #read(torrent: TorrentRecord, file: FileRecord): Promise<string | null> {
    const signal = this.#signal
    const path = await this.#options.locate(torrent, file)
    if (path === null) return null
    try {
      return (await this.#extractor.extract(path, file.path, { signal })).text
    } catch (error) {
      signal.throwIfAborted()
      this.unreadable++
      this.#options.onNotice?.(`the text of ${file.path} is not indexed: ${(error as Error).message}`)
      return null
    }
  }

  /** In slices, so that other work need not wait for a hundred thousand files. */
  async #queueDocuments(torrentId: number): Promise<void> {
    const { files, indexQueue } = this.#data
    for (let from = 0; !this.#signal.aborted; ) {
      const slice = files.page(torrentId, from, QUEUED_AT_ONCE)
      const documents = slice.filter(({ path, lengthBytes }) => isIndexable(path, lengthBytes))
      indexQueue.add(
        torrentId,
        'document',
        documents.map(({ index }) => index),
      )
      if (slice.length < QUEUED_AT_ONCE) return
      from = slice.at(-1)!.index + 1
      await new Promise(setImmediate)
    }
  }
}
