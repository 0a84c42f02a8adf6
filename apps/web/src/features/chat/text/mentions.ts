import type { ChatPerson } from '@shoal/api'
import { nameOf } from '../../../shared/chat/shown-text.ts'

type Named = Pick<ChatPerson, 'did' | 'name'>

/** The part of a name between `@` and the cursor. */
export interface Typed {
  /** The position of `@`. */
  readonly at: number
  readonly text: string
}

const TYPED = /(?:^|[\s(])@([\p{L}\p{N}_.-]{0,40})$/u
const MOST = 6

export function typedMention(text: string, cursor: number): Typed | null {
  const match = TYPED.exec(text.slice(0, cursor))
  return match && { at: cursor - match[1]!.length - 1, text: match[1]! }
}

/** Returns persons whose name, or a word of it, begins with the typed text. */
export function mentionable<Person extends Named>(people: Iterable<Person>, typed: string): Person[] {
  const start = typed.toLocaleLowerCase()
  const begins = (name: string) => name.startsWith(start) || name.split(/\s+/).some(w => w.startsWith(start))
  return [...people]
    .filter(person => person.name !== null && begins(nameOf(person).toLocaleLowerCase()))
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b)))
    .slice(0, MOST)
}

/** Returns the DIDs of the persons whom a text mentions by `@` and name. */
export function mentionsIn(text: string, people: Iterable<Named>): string[] {
  const parts = new Set(mentionParts(text, [...people]).flatMap(({ did }) => did ?? []))
  return [...parts]
}

export interface MentionPart {
  readonly text: string
  /** Null for the text between mentions. */
  readonly did: string | null
}

/**
 * Splits a text into mentions and the text between them. If two names match, the longer one is
 * used.
 */
export function mentionParts(text: string, people: readonly Named[]): readonly MentionPart[] {
  const named = people
    .filter(({ name }) => name !== null)
    .map(person => ({ did: person.did, mention: `@${nameOf(person)}` }))
    .sort((a, b) => b.mention.length - a.mention.length)
  const parts: MentionPart[] = []
  let plain = ''
  for (let at = 0; at < text.length; ) {
    const found = text[at] === '@' ? named.find(({ mention }) => isMention(text, at, mention)) : undefined
    if (found) {
      if (plain !== '') parts.push({ text: plain, did: null })
      plain = ''
      parts.push({ text: found.mention, did: found.did })
      at += found.mention.length
    } else plain += text[at++]
  }
  if (plain !== '') parts.push({ text: plain, did: null })
  return parts
}

function isMention(text: string, at: number, mention: string): boolean {
  const before = text[at - 1] ?? ' '
  const after = text[at + mention.length] ?? ' '
  return text.startsWith(mention, at) && !/[\p{L}\p{N}]/u.test(before) && !/[\p{L}\p{N}_]/u.test(after)
}
