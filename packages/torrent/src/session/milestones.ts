import type { Info } from '../metainfo/metainfo.ts'
import { Waiters } from './waiters.ts'

/** Who waits for the two things that every torrent comes to. */
export class Milestones {
  readonly metadata = new Waiters<Info>()
  readonly complete = new Waiters<void>()

  /** The torrent was closed or stopped with an error. */
  fail(error: Error): void {
    this.metadata.reject(error)
    this.complete.reject(error)
  }
}
