import { ReasonMatcher } from './reason-matcher.ts'
import english from './reason-texts/en/index.ts'

export type ReasonName = keyof typeof english

/** A text of the node, recognized: its key in the catalogs, and the values that it names. */
export interface FoundReason {
  readonly reason: ReasonName
  readonly values: Record<string, string>
}

let matcher: ReasonMatcher | undefined

/** Returns the reason that an English message of engine, node or hub gives. Null for a text that is not among the catalog's. */
export function findReason(message: string): FoundReason | null {
  matcher ??= new ReasonMatcher(english)
  return matcher.find(message) as FoundReason | null
}

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

/** Says a message of engine, node or hub in the language of `texts`: see `ReasonMatcher.translate`. `given` is the reason that the node sent. */
export function translateMessage(
  message: string,
  texts: Readonly<Record<string, string>>,
  given?: { readonly reason: string; readonly values: Readonly<Record<string, string>> } | null,
): string | null {
  matcher ??= new ReasonMatcher(english)
  return matcher.translate(message, texts, given)
}
