import { Failure } from '@shoal/daemon/failure'
import { freeBytes } from '@shoal/daemon/files'
import { type Clock, delay } from '@shoal/torrent'
import { abortable, withTimeLimit } from '@shoal/torrent/base'
import { safeFileName } from '../../base/files/file-name.ts'
import { formatBytes } from '../../base/format.ts'
import { type OpenedFile, type RemoteFile, TransientFailure } from '../kernel/http/remote-file.ts'
import type { Log } from '../kernel/log/log.ts'
import { PartFile } from './part-file.ts'
import type { FileDownload, TransferProgress } from './protocol.ts'
import type { Throttle } from './throttle.ts'

/** Consecutive transient failures without new bytes before a transfer fails. */
const MAX_FAULTS = 8
const FIRST_WAIT_MS = 1000
const MAX_WAIT_MS = 45_000
/** A server that requests a longer pause is not waited for. */
const MAX_ASKED_MS = 10 * 60_000
/** A connection counts as dead after this time without a byte. */
const STALL_MS = 60_000

/** The parts of the node that transfers of plain files use. */
export interface TransferContext {
  readonly clock: Clock
  readonly log: Log
  readonly throttle: Throttle
  /** Folder and identity of active transfers. */
  readonly active: Set<string>
}

/** A file from a server, over as many connections as it takes. */
export class FileTransfer implements FileDownload {
  readonly kind = 'file'
  readonly name: string
  readonly totalBytes: number | null
  readonly torrentUrl: URL | null
  readonly #remote: RemoteFile
  readonly #directory: string
  readonly #context: TransferContext
  readonly #key: string
  #part: PartFile | null
  /** Already opened to determine its type. */
  #opened: OpenedFile | null

  private constructor(
    remote: RemoteFile,
    directory: string,
    context: TransferContext,
    { part, opened }: { part: PartFile | null; opened: OpenedFile | null },
  ) {
    this.#remote = remote
    this.#directory = directory
    this.#context = context
    this.#part = part
    this.#opened = opened
    this.name = part?.name ?? safeFileName(opened?.name ?? '')
    this.totalBytes = part?.totalBytes ?? opened?.totalBytes ?? null
    this.torrentUrl = opened?.torrentUrl ?? null
    this.#key = keyOf(remote, directory)
  }

  /**
   * Returns the transfer of a file that an earlier run began, immediately and without a request; a
   * new one after the server has responded. Rejects with `in-use` if the same file is already being
   * downloaded to the same folder.
   */
  static async begin(
    remote: RemoteFile,
    directory: string,
    context: TransferContext,
    options: { signal: AbortSignal },
  ): Promise<{ transfer: FileTransfer; opened: OpenedFile | null }> {
    const key = keyOf(remote, directory)
    if (context.active.has(key))
      throw new Failure(
        'in-use',
        `${remote.shownUrl} is already being downloaded to ${directory}: wait for it`,
      )
    context.active.add(key)
    try {
      const part = await PartFile.find(directory, remote.identity)
      const opened = part ? null : await remote.open(null, options)
      return { transfer: new FileTransfer(remote, directory, context, { part, opened }), opened }
    } catch (error) {
      context.active.delete(key)
      throw error
    }
  }

  async run(progress: TransferProgress): Promise<{ path: string }> {
    const { signal } = progress
    try {
      await this.#transferAll(progress)
      const path = await this.#part!.finish()
      return { path }
    } catch (error) {
      await this.#leave(signal)
      throw signal.aborted ? signal.reason : error
    } finally {
      this.close()
    }
  }

  close(): void {
    this.#opened?.close()
    this.#opened = null
    this.#part?.close().catch(() => {})
    this.#part = null
    this.#context.active.delete(this.#key)
  }

  async #transferAll(progress: TransferProgress): Promise<void> {
    const { clock, log } = this.#context
    const { signal } = progress
    let most = this.#part?.bytes ?? 0
    for (let faults = 0; ; ) {
      try {
        signal.throwIfAborted()
        await this.#transferOnce(progress)
        return
      } catch (error) {
        if (signal.aborted || !(error instanceof TransientFailure)) throw error
        // Bytes that arrive again, because the transfer cannot be resumed, are not progress.
        const bytes = this.#part?.bytes ?? 0
        faults = bytes > most ? 1 : faults + 1
        most = Math.max(most, bytes)
        if (faults > MAX_FAULTS || (error.retryAfterMs ?? 0) > MAX_ASKED_MS) throw error
        const waitMs = Math.max(
          error.retryAfterMs ?? 0,
          Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (faults - 1)),
        )
        log.info(`${this.#remote.shownUrl}: ${error.message}: retrying in ${Math.ceil(waitMs / 1000)} s`)
        await this.#part?.save()
        await delay(clock, waitMs, signal)
      }
    }
  }

  /** Transfers over one connection. */
  async #transferOnce(progress: TransferProgress): Promise<void> {
    const { signal } = progress
    if (this.#part?.isComplete) return
    const opened = this.#opened ?? (await this.#remote.open(this.#part?.resumePoint ?? null, { signal }))
    this.#opened = null
    try {
      if (this.#part) await this.#part.accept(opened)
      else this.#part = await PartFile.create(this.#directory, this.#remote.identity, opened)
      const { totalBytes } = opened
      await this.#checkRoom(totalBytes)
      progress.report({ doneBytes: this.#part.bytes, totalBytes, name: this.#part.name })
      await this.#receive(opened, progress)
    } finally {
      opened.close()
    }
  }

  async #receive({ body, totalBytes }: OpenedFile, { signal, report }: TransferProgress): Promise<void> {
    const part = this.#part!
    const { clock, throttle } = this.#context
    const chunks = body[Symbol.asyncIterator]()
    for (;;) {
      const next = await beforeStall(chunks.next(), clock, signal)
      if (next.done) break
      const chunk = next.value
      if (totalBytes !== null && part.bytes + chunk.length > totalBytes)
        throw new Failure(
          'bad-message',
          `${this.#remote.shownUrl}: the server sent more than the ${totalBytes} bytes that it announced`,
        )
      await throttle.take(chunk.length, signal)
      await part.write(chunk)
      report({ doneBytes: part.bytes })
    }
    if (totalBytes !== null && part.bytes < totalBytes)
      throw new TransientFailure(
        'no-answer',
        `the connection ended after ${part.bytes} of ${totalBytes} bytes`,
      )
  }

  async #checkRoom(totalBytes: number | null): Promise<void> {
    if (totalBytes === null) return
    const missing = totalBytes - this.#part!.bytes
    if (missing <= (await freeBytes(this.#directory))) return
    throw new Failure(
      'no-space',
      `${this.#directory} needs ${formatBytes(missing)} more space: free some and try again`,
    )
  }

  async #leave(signal: AbortSignal): Promise<void> {
    const part = this.#part
    this.#part = null
    const cancelled = signal.aborted && (signal.reason as { code?: unknown })?.code === 'cancelled'
    if (cancelled) return part?.discard()
    // Report the error that ended it, not that of the full disk.
    await part?.save().catch(() => {})
    await part?.close().catch(() => {})
  }
}

function keyOf(remote: RemoteFile, directory: string): string {
  return `${directory}\n${remote.identity}`
}

/**
 * Resolves with the promise's value; rejects if it takes more than a minute, or with the signal's
 * reason.
 */
function beforeStall<T>(promise: Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  const stalled = () => new TransientFailure('stalled', `no data arrived for ${STALL_MS / 1000} seconds`)
  return withTimeLimit(clock, STALL_MS, signal, stalled, limited => abortable(promise, limited))
}
