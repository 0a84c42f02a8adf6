/** A recognized text: its key in the catalogs, and the values that it contains. */
export interface MatchedReason {
  readonly reason: string
  readonly values: Readonly<Record<string, string>>
}

/** Longer texts are not ours. */
const MAX_LENGTH = 2000
/** Recently recognized texts: lists show the same ones repeatedly. */
const MAX_KNOWN = 500

interface Pattern {
  readonly reason: string
  /** The words between the values, in lower case. */
  readonly words: readonly string[]
  readonly names: readonly string[]
}

/** Recognizes the English messages of a catalog, and translates them. */
export class ReasonMatcher {
  readonly #patterns: readonly Pattern[]
  readonly #known = new Map<string, MatchedReason | null>()

  constructor(english: Readonly<Record<string, string>>) {
    this.#patterns = compile(english)
  }

  /** Returns the reason in a message. Null if the text is not in the catalog. */
  find(message: string): MatchedReason | null {
    if (message.length > MAX_LENGTH) return null
    const before = this.#known.get(message)
    if (before !== undefined) return before
    const found = this.#match(message)
    if (this.#known.size >= MAX_KNOWN) this.#known.clear()
    this.#known.set(message, found)
    return found
  }

  /**
   * Translates a message into the language of `texts`, including values that are such messages. The
   * text after a name and a colon is translated separately, as in `example.org: the connection was
   * lost`. Null if no part of it is known.
   *
   * @param given The reason sent by the node
   */
  translate(
    message: string,
    texts: Readonly<Record<string, string>>,
    given: Pick<MatchedReason, 'reason' | 'values'> | null = this.find(message),
  ): string | null {
    const text = given && Object.hasOwn(texts, given.reason) ? texts[given.reason] : undefined
    if (given && text !== undefined)
      return text.replace(/\{(\w+)\}/g, (_, name: string) => {
        const value = given.values[name] ?? ''
        return name === 'why' ? (this.translate(value, texts) ?? value) : value
      })
    const [, what, why] = /^(\S.{0,300}?): (.+)$/s.exec(message) ?? []
    const rest = why === undefined ? null : this.translate(why, texts)
    return rest === null ? null : `${what}: ${rest}`
  }

  #match(message: string): MatchedReason | null {
    const text = message.replace(/\.$/, '')
    const lower = inLowerCase(text)
    for (const { reason, words, names } of this.#patterns) {
      const values = valuesBetween(words, text, lower)
      if (values && (!isPlace(reason) || isPlaced(names, values)))
        return { reason, values: Object.fromEntries(names.map((name, at) => [name, values[at]!])) }
    }
    return null
  }
}

/**
 * Returns the values between the words, each as short as possible and never empty; null if the text
 * does not match. Runs in linear time, since strangers control parts of the text.
 */
function valuesBetween(words: readonly string[], text: string, lower: string): string[] | null {
  const [first = '', ...rest] = words
  if (!lower.startsWith(first)) return null
  const last = rest.pop()
  if (last === undefined) return lower === first ? [] : null
  const end = text.length - last.length
  const values: string[] = []
  let at = first.length
  for (const word of rest) {
    const next = lower.indexOf(word, at + 1)
    if (next < 0) return null
    values.push(text.slice(at, next))
    at = next + word.length
  }
  if (end <= at || !lower.endsWith(last)) return null
  return [...values, text.slice(at, end)]
}

/**
 * The most specific first: of two matching texts, the one with fewer characters in values. Places
 * in lists come before all: they are followed by a separate message, which could begin with a
 * value.
 */
function compile(english: Readonly<Record<string, string>>): Pattern[] {
  const all = Object.entries(english).map(([reason, template]): Pattern => {
    const parts = template.split(/\{(\w+)\}/)
    return {
      reason,
      words: parts.filter((_, at) => at % 2 === 0).map(inLowerCase),
      names: parts.filter((_, at) => at % 2 === 1),
    }
  })
  const length = ({ words }: Pattern) => words.reduce((sum, word) => sum + word.length, 0)
  return all.sort((a, b) => Number(isPlace(b.reason)) - Number(isPlace(a.reason)) || length(b) - length(a))
}

/** Returns whether a text refers to an entry of a list: `entry 2, from: `. */
const isPlace = (reason: string) => /^entry(?:-|$)/.test(reason)

/** The message after a place can contain commas and colons. */
const isPlaced = (names: readonly string[], values: readonly string[]) =>
  names.every(
    (name, at) =>
      name === 'text' || name === 'why' || (name === 'member' ? /^[\w.]+$/ : /^\d+$/).test(values[at]!),
  )

// Messages begin with a small letter, or a capital where an interface shows them. Other letters
// could change the length of some texts.
const inLowerCase = (text: string) => text.replace(/[A-Z]/g, letter => letter.toLowerCase())
