/** Jobs that download plain files. */
import { basename } from 'node:path'
import type { Job } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import type { JobRecord } from '../kernel/job-store.ts'
import type { JobProgress, Jobs } from '../kernel/jobs.ts'
import type { FileDownload } from '../transfers/service.ts'

/** Details of a job, stored for a restart. */
interface DownloadDetail {
  readonly source: string
  readonly directory: string
}

interface DownloadsContext {
  readonly jobs: Jobs
  /** Starts a download again. Null if the source turns out to be a torrent. */
  begin(source: string, directory: string, signal: AbortSignal): Promise<FileDownload | null>
  /** Called with the number of bytes that have arrived. */
  onBytes(bytes: number): void
}

export class Downloads {
  readonly #context: DownloadsContext
  /** Ids of the running jobs, by folder and source. */
  readonly #running = new Map<string, string>()
  readonly #stop = new AbortController()
  readonly #resuming = new Set<Promise<void>>()

  constructor(context: DownloadsContext) {
    this.#context = context
  }

  /** Returns the job that downloads it there. Null if there is none. */
  find(source: string, directory: string): Job | null {
    const id = this.#running.get(`${directory}\0${source}`)
    return id === undefined ? null : this.#context.jobs.get(id)
  }

  start(source: string, directory: string, download: FileDownload, id?: string): Job {
    const key = `${directory}\0${source}`
    const job = this.#context.jobs.start({
      ...(id !== undefined && { id }),
      kind: 'download',
      name: download.name,
      detail: { source, directory } satisfies DownloadDetail,
      run: progress => download.run(this.#counted(progress)).finally(() => this.#running.delete(key)),
    })
    this.#running.set(key, job.id)
    return job
  }

  /**
   * Restarts a job that was interrupted by the end of the last run, without waiting: the other
   * server may not respond for long.
   */
  resume({ id, detail }: JobRecord): void {
    const resuming = this.#resume(id, detail as DownloadDetail).finally(() => this.#resuming.delete(resuming))
    this.#resuming.add(resuming)
  }

  /** Waits for jobs being resumed; the jobs themselves end with all others of their kind. */
  async close(): Promise<void> {
    this.#stop.abort(new Failure('closed', 'the node is stopping'))
    await Promise.all(this.#resuming)
  }

  async #resume(id: string, { source, directory }: DownloadDetail): Promise<void> {
    const { signal } = this.#stop
    const { jobs, begin } = this.#context
    try {
      const download = await begin(source, directory, signal)
      if (!download) return
      if (signal.aborted) return download.close()
      this.start(source, directory, download, id)
    } catch (error) {
      // The record is kept for the next start.
      if (signal.aborted) return
      jobs.start({ id, kind: 'download', name: basename(source), run: () => Promise.reject(error) })
    }
  }

  /**
   * Adds received bytes to the node's totals. Bytes of an earlier run, before the first report, do
   * not count.
   */
  #counted(progress: JobProgress): JobProgress {
    let countedBytes: number | null = null
    return {
      ...progress,
      report: news => {
        if (countedBytes !== null) this.#context.onBytes(Math.max(0, news.doneBytes - countedBytes))
        countedBytes = news.doneBytes
        progress.report(news)
      },
    }
  }
}
