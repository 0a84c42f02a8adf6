import english from './reason-texts/en.ts'

export type ReasonName = keyof typeof english

/** A text of the node, recognized: its key in the catalogs, and the values that it names. */
export interface FoundReason {
  readonly reason: ReasonName
  readonly values: Record<string, string>
}

/** Longer texts are those of nobody here. */
const MAX_LENGTH = 2000
/** Texts that were recognized lately: a list shows the same ones again and again. */
const MAX_KNOWN = 500

interface Pattern {
  readonly reason: ReasonName
  readonly expression: RegExp
  readonly literalLength: number
}

let patterns: readonly Pattern[] | undefined
const known = new Map<string, FoundReason | null>()

/** Returns the reason that an English message of engine or node gives. Null for a text that is not among the catalog's. */
export function findReason(message: string): FoundReason | null {
  if (message.length > MAX_LENGTH) return null
  const before = known.get(message)
  if (before !== undefined) return before
  const found = match(message)
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(message, found)
  return found
}

function match(message: string): FoundReason | null {
  patterns ??= compile()
  const text = message.replace(/\.$/, '')
  for (const { reason, expression } of patterns) {
    const found = expression.exec(text)
    if (found) return { reason, values: { ...found.groups } }
  }
  return null
}

/** The most specific first: of two texts that fit, the one of which less is a value. */
function compile(): Pattern[] {
  const all = Object.entries(english).map(([reason, template]): Pattern => {
    const literal = template.replace(/\{\w+\}/g, '')
    const source = template
      .split(/(\{\w+\})/)
      .map(part => (/^\{\w+\}$/.test(part) ? `(?<${part.slice(1, -1)}>.+?)` : quote(part)))
      .join('')
    // Messages begin with a small letter, or with a capital where somebody shows them.
    return {
      reason: reason as ReasonName,
      expression: new RegExp(`^${source}$`, 'is'),
      literalLength: literal.length,
    }
  })
  return all.sort((a, b) => b.literalLength - a.literalLength)
}

const quote = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Adds to a failure the reason that its message gives, for clients in other languages. */
export function withReason<Failed extends { readonly message: string }>(
  failure: Failed,
): Failed & { reason?: string; values?: Record<string, string> } {
  return { ...failure, ...findReason(failure.message) }
}

/** The same for a message that stands by itself. */
export function whyOf(message: string | null | undefined): { why?: FoundReason } {
  const why = message ? findReason(message) : null
  return why === null ? {} : { why }
}

/**
 * Says a message of engine or node in the language of `texts`, values that are such messages included. What follows a name and a colon is
 * translated by itself, as in `example.org: the connection was lost`. Null if nothing of it is among the texts.
 *
 * @param given The reason, as the node sent it
 */
export function translateMessage(
  message: string,
  texts: Readonly<Record<string, string>>,
  given: { readonly reason: string; readonly values: Readonly<Record<string, string>> } | null = findReason(
    message,
  ),
): string | null {
  const text = given && Object.hasOwn(texts, given.reason) ? texts[given.reason] : undefined
  if (given && text !== undefined)
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = given.values[name] ?? ''
      return name === 'why' ? (translateMessage(value, texts) ?? value) : value
    })
  const [, what, why] = /^(\S.{0,300}?): (.+)$/s.exec(message) ?? []
  const rest = why === undefined ? null : translateMessage(why, texts)
  return rest === null ? null : `${what}: ${rest}`
}
