import { shownName } from '../../shared/format/shown-name.ts'
import { texts } from '../../shared/messages/hub.ts'

/** Enough characters to distinguish the DIDs in a list. */
const SHOWN_CHARACTERS = 8

/**
 * Returns the name of a person, or the end of the DID. Names are not unique: where that matters,
 * the DID is shown, too.
 */
export function personName({ did, name }: { readonly did: string; readonly name: string }): string {
  if (name.trim() !== '') return shownName(name)
  return did === '' ? texts.deletedMember : shortDid(did)
}

export function shortDid(did: string): string {
  return `…${did.slice(-SHOWN_CHARACTERS)}`
}
