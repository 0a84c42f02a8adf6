import { watch } from 'node:fs'
import { setTimeout as after } from 'node:timers/promises'

/** The names in the folder are looked at this often whatever the system tells: not all file systems tell. */
const POLL_MS = 10_000
/**
 * Where the system does not tell of changes inside folders, all is looked into, and this many times as long is then left alone: some
 * 100,000 files take a second to look at, so that costs a hundredth of a core.
 */
const DEEP_SHARE = 100
/** Changes come in bursts: so long after the first, all are looked at. */
const BURST_MS = 300

/** One system call watches all below a folder there. On Linux each file below would cost a watch, of which there are few. */
const WATCHES_DEEP = process.platform === 'darwin' || process.platform === 'win32'

export interface FolderWatch {
  /**
   * Names in the folder in or below which something changed; null: any may have. Yields at least every ten seconds, or after what
   * `dueMs` says when that is not null. Ends by throwing the signal's reason.
   */
  changes(dueMs: () => number | null, signal: AbortSignal): AsyncGenerator<ReadonlySet<string> | null>
  close(): void
}

/** Watches all that is in a folder. Where the system cannot (a network drive, say), looks at it from time to time. */
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
        // A little early, or it would be the turn after.
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
    // It is looked at from time to time instead.
  }
  return state
}
