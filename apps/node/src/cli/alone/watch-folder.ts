import { watch } from 'node:fs'
import { setTimeout as after } from 'node:timers/promises'

/** How often the names in the folder are read, because not all file systems report changes. */
const POLL_MS = 10_000
/**
 * Where the system does not report changes inside folders, everything is scanned, followed by a
 * pause of this many times the duration of the scan. 100,000 files take about a second, so this
 * costs a hundredth of a core.
 */
const DEEP_SHARE = 100
/** Changes come in bursts. This is the delay from the first change to the scan. */
const BURST_MS = 300

/**
 * On these systems, one call watches an entire tree. On Linux, each file would need a watch, and
 * those are limited.
 */
const WATCHES_DEEP = process.platform === 'darwin' || process.platform === 'win32'

export interface FolderWatch {
  /**
   * Names in the folder at or below which something changed; null means that anything could have
   * changed. Yields at least every ten seconds, or after `dueMs()` if that is not null. Ends by
   * throwing the signal's reason.
   */
  changes(dueMs: () => number | null, signal: AbortSignal): AsyncGenerator<ReadonlySet<string> | null>
  close(): void
}

/**
 * Watches a folder and everything below it. Scans periodically where the system cannot watch, such
 * as on network drives.
 */
export function watchFolder(folder: string): FolderWatch {
  let changed = new Set<string>()
  let wake = () => {}
  const watcher = startWatcher(folder, name => {
    changed.add(name)
    wake()
  })
  return {
    async *changes(dueMs, signal) {
      let deepMs = performance.now() + POLL_MS
      for (;;) {
        if (changed.size === 0) {
          const stop = new AbortController()
          wake = () => stop.abort()
          const either = AbortSignal.any([stop.signal, signal])
          await after(Math.min(POLL_MS, dueMs() ?? POLL_MS), null, { signal: either }).catch(() => {})
        }
        if (changed.size > 0) await after(BURST_MS, null, { signal }).catch(() => {})
        signal.throwIfAborted()
        const names = changed
        changed = new Set()
        const beganMs = performance.now()
        const deep = beganMs >= deepMs && !(WATCHES_DEEP && watcher.works)
        yield deep ? null : names
        const endedMs = performance.now()
        // Slightly early, so that the next scheduled turn is not missed.
        if (deep) deepMs = endedMs + Math.max(POLL_MS, (endedMs - beganMs) * DEEP_SHARE) - BURST_MS
      }
    },
    close: () => watcher.close(),
  }
}

function startWatcher(folder: string, onChange: (name: string) => void): { works: boolean; close(): void } {
  const state = { works: false, close: () => {} }
  try {
    const watcher = watch(folder, { recursive: WATCHES_DEEP }, (_event, path) => {
      const name = path?.split(/[/\\]/)[0]
      if (name) onChange(name)
    })
    state.works = true
    state.close = () => watcher.close()
    watcher.on('error', () => {
      state.works = false
      watcher.close()
    })
  } catch {
    // The folder is scanned periodically instead.
  }
  return state
}
