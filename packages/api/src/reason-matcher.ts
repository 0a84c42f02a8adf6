/** A text, recognized: its key in the catalogs, and the values that it names. */
export interface MatchedReason {
  readonly reason: string
  readonly values: Readonly<Record<string, string>>
}

/** Longer texts are those of nobody here. */
const MAX_LENGTH = 2000
/** Texts that were recognized lately: a list shows the same ones again and again. */
const MAX_KNOWN = 500

interface Pattern {
  readonly reason: string
  /** The words between the values, in lower case. */
  readonly words: readonly string[]
  readonly names: readonly string[]
}

/** Recognizes the messages of a catalog, which are English, and says them in other languages. */
export class ReasonMatcher {
  readonly #patterns: readonly Pattern[]
  readonly #known = new Map<string, MatchedReason | null>()

  constructor(english: Readonly<Record<string, string>>) {
    this.#patterns = compile(english)
  }

  /** Returns the reason that a message gives. Null for a text that is not among the catalog's. */
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
   * Says a message in the language of `texts`, values that are such messages included. What follows a name and a colon is translated by itself, as in
   * `example.org: the connection was lost`. Null if nothing of it is among the texts.
   *
   * @param given The reason, as the node sent it
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
 * The values that stand between the words, each as short as it can be and never empty; null if the text is another one. It takes no longer than to read the
 * text, whatever strangers have put into it.
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
 * The most specific first: of two texts that fit, the one of which less is a value. Places in lists come before all: what follows them is a message of its
 * own, which could begin with a value.
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

/** Whether a text is that of an entry of a list: `entry 2, from: `. */
const isPlace = (reason: string) => /^entry(?:-|$)/.test(reason)

/** The message that follows a place may contain commas and colons. */
const isPlaced = (names: readonly string[], values: readonly string[]) =>
  names.every(
    (name, at) =>
      name === 'text' || name === 'why' || (name === 'member' ? /^[\w.]+$/ : /^\d+$/).test(values[at]!),
  )

// Messages begin with a small letter, or with a capital where somebody shows them. Other letters would change the length of some texts.
const inLowerCase = (text: string) => text.replace(/[A-Z]/g, letter => letter.toLowerCase())
