import { type FSWatcher, watch } from 'node:fs'
import { setTimeout as after } from 'node:timers/promises'

/** Looked at this often whatever the system tells: not all file systems tell. */
const POLL_MS = 10_000
/** Changes come in bursts: so long after the first, all are looked at. */
const BURST_MS = 300

export interface FolderWatch {
  /**
   * Names in the folder in or below which something changed; null: any may have. Yields at least every ten seconds, or after what
   * `dueMs` says when that is not null. Ends by throwing the signal's reason.
   */
  changes(dueMs: () => number | null, signal: AbortSignal): AsyncGenerator<ReadonlySet<string> | null>
  close(): void
}

/** Watches all that is in a folder. Where the system cannot (too many folders, a network drive), looks at it from time to time. */
export function watchFolder(folder: string): FolderWatch {
  let changed = new Set<string>()
  let wake = () => {}
  let watcher: FSWatcher | null = null
  try {
    watcher = watch(folder, { recursive: true }, (_event, path) => {
      const name = path?.split(/[/\\]/)[0]
      if (!name) return
      changed.add(name)
      wake()
    })
    watcher.on('error', () => {
      watcher?.close()
      watcher = null
    })
  } catch {
    watcher = null
  }
  return {
    async *changes(dueMs, signal) {
      for (;;) {
        if (changed.size === 0) {
          const stop = new AbortController()
          wake = () => stop.abort()
          await after(Math.min(POLL_MS, dueMs() ?? POLL_MS), null, {
            signal: AbortSignal.any([stop.signal, signal]),
          }).catch(() => {})
          signal.throwIfAborted()
        }
        if (changed.size > 0) await after(BURST_MS, null, { signal }).catch(() => {})
        signal.throwIfAborted()
        const names = changed
        changed = new Set()
        yield watcher ? names : null
      }
    },
    close() {
      watcher?.close()
      watcher = null
    },
  }
}
