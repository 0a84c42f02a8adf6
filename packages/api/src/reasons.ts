import { ReasonMatcher } from './reason-matcher.ts'
import english from './reason-texts/en/index.ts'

export type ReasonName = keyof typeof english

/** A recognized text of the node: its key in the catalogs, and the values that it contains. */
export interface FoundReason {
  readonly reason: ReasonName
  readonly values: Record<string, string>
}

let matcher: ReasonMatcher | undefined

/**
 * Returns the reason in an English message of engine, node or hub. Null if the text is not in the
 * catalog.
 */
export function findReason(message: string): FoundReason | null {
  matcher ??= new ReasonMatcher(english)
  return matcher.find(message) as FoundReason | null
}

/** Adds the reason in a failure's message to it, for clients in other languages. */
export function withReason<Failed extends { readonly message: string }>(
  failure: Failed,
): Failed & { reason?: string; values?: Record<string, string> } {
  return { ...failure, ...findReason(failure.message) }
}

/** Does the same for a separate message. */
export function whyOf(message: string | null | undefined): { why?: FoundReason } {
  const why = message ? findReason(message) : null
  return why === null ? {} : { why }
}

/**
 * Translates a message of engine, node or hub into the language of `texts`: see
 * `ReasonMatcher.translate`. `given` is the reason sent by the node.
 */
export function translateMessage(
  message: string,
  texts: Readonly<Record<string, string>>,
  given?: { readonly reason: string; readonly values: Readonly<Record<string, string>> } | null,
): string | null {
  matcher ??= new ReasonMatcher(english)
  return matcher.translate(message, texts, given)
}
