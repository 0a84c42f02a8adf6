/** Torrents that are changed in one turn of the event loop. */
const PART = 25

/** Does the work for all items, in parts: between them, the node answers other requests. */
export async function inTurns<T>(items: readonly T[], work: (part: readonly T[]) => void): Promise<void> {
  for (let at = 0; at < items.length; at += PART) {
    if (at > 0) await new Promise(setImmediate)
    work(items.slice(at, at + PART))
  }
}
