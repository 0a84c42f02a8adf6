import type { Clock } from '@shoal/torrent'
import { describeFailure } from '../failure.ts'
import type { Backup } from './backups.ts'

const DAY_MS = 24 * 60 * 60_000
/** Delay after start-up, when other work is more urgent. */
const FIRST_MS = 60_000
/** Delay before a retry after a failure, or if there is no space. */
const RETRY_MS = 60 * 60_000

export interface DailyBackupsOptions {
  readonly clock: Clock
  /** Name of the database in messages: `the catalogue`. */
  readonly name: string
  /** Time of the last backup, in milliseconds since the Unix epoch; null if there is none. */
  readonly lastMs: number | null
  /** Resolves to null if the disk lacks space. */
  write(nowMs: number): Promise<Backup | null>
  /** Called with each outcome: the problem, or null. */
  tell(problem: string | null): void
}

/**
 * Writes a backup once a day while the program runs, and soon after its start if one is due.
 * Returns a function that stops this.
 */
export function backUpDaily({ clock, name, lastMs, write, tell }: DailyBackupsOptions): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let isClosed = false
  let cancel = () => {}
  const plan = (delayMs: number) => {
    if (isClosed) return
    cancel = clock.after(delayMs, () => {
      running = work()
    })
  }
  const work = async () => {
    try {
      const written = await write(clock.unixMs())
      tell(written ? null : `the disk has no room for a backup of ${name}: free some space`)
      plan(written ? DAY_MS : RETRY_MS)
    } catch (error) {
      if (!isClosed) tell(`cannot back up ${name}: ${describeFailure(error).message}`)
      plan(RETRY_MS)
    }
  }
  // A backup dated in the future means that the system clock was wrong.
  const agoMs = lastMs === null ? DAY_MS : clock.unixMs() - lastMs
  plan(Math.max(FIRST_MS, agoMs < 0 ? 0 : DAY_MS - agoMs))
  return async () => {
    isClosed = true
    cancel()
    await running
  }
}
