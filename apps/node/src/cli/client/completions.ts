const MOST = 200
/** Number of digits with which an ID is offered. */
const ID_DIGITS = 12
/**
 * Shells split words at these, and a word that starts with a dash is an option. Names are
 * untrusted.
 */
const AWKWARD = /^-|[\p{C}\p{Zl}\p{Zp}:=]/u

/**
 * Returns completions for torrents or conversations: names, or IDs where a name is ambiguous or not
 * a plain word.
 */
export function completionsOf(
  typed: string,
  items: readonly { readonly id: string; readonly name: string }[],
): string[] {
  const folded = typed.toLowerCase()
  const names = Map.groupBy(items, ({ name }) => name.toLowerCase())
  const words = items.flatMap(({ id, name }) => {
    if (typed !== '' && id.startsWith(folded)) return [id.slice(0, Math.max(ID_DIGITS, typed.length))]
    if (!name.toLowerCase().startsWith(folded)) return []
    const isPlain = name !== '' && !AWKWARD.test(name) && names.get(name.toLowerCase())!.length === 1
    return [isPlain ? name : id.slice(0, ID_DIGITS)]
  })
  return words.slice(0, MOST)
}
