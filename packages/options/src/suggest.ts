const MAX_TYPED = 40

/** Returns the most likely intended word, or null if none is similar. */
export function nearest(typed: string, words: readonly string[]): string | null {
  // Longer words are not typing errors, and comparing them takes time.
  if (typed.length > MAX_TYPED) return null
  let best: string | null = null
  // At most a third of the letters can be wrong, because otherwise everything is similar.
  let least = Math.max(1, Math.floor(typed.length / 3)) + 1
  for (const word of words) {
    const distance = editDistance(typed.toLowerCase(), word)
    if (distance < least) {
      least = distance
      best = word
    }
  }
  return best ?? words.find(word => typed.length >= 3 && word.startsWith(typed.toLowerCase())) ?? null
}

/**
 * Returns the name that shares most words with another one, such as `--delete-data` for
 * `--delete-files`; null if none or several do.
 */
export function sharingWords(typed: string, names: readonly string[]): string | null {
  const given = new Set(splitName(typed))
  const shared = (name: string) => splitName(name).filter(word => given.has(word)).length
  const most = Math.max(0, ...names.map(shared))
  const best = names.filter(name => shared(name) === most)
  return most > 0 && best.length === 1 ? best[0]! : null
}

/**
 * Returns the words of `--delete-data`, `localDiscovery` or `network.lsd`. Short ones such as `no`
 * and `to` are dropped.
 */
function splitName(name: string): string[] {
  const words = name
    .replace(/[a-z](?=[A-Z])/g, '$&-')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  return words.filter(word => word.length > 2)
}

/**
 * Returns the number of letters to insert, delete, change or swap to turn one word into the other
 * (Damerau-Levenshtein).
 */
export function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      next[j] = Math.min(change, row[j]! + 1, next[j - 1]! + 1, swapped ? before[j - 2]! + 1 : Infinity)
    }
    before = row
    row = next
  }
  return row[b.length]!
}
