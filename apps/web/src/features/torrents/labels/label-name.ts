import { texts } from '../../../shared/messages/texts.ts'

/** Returns why a new label cannot have this name, or null if it can. */
export function nameProblem(name: string, taken: readonly string[]): string | null {
  const wanted = name.trim()
  if (wanted === '') return texts.labels.missing
  return taken.includes(wanted) ? texts.labels.taken : null
}
