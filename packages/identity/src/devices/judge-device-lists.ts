/** Determines the meaning of received device lists for someone who may know an earlier one. */
import { formatDidKey } from '../did-key.ts'
import { equalKeys } from '../equal-keys.ts'
import { bad, isContinuation, isSuccession, type SignedDeviceList } from './device-list.ts'

/**
 * `first`: nothing was known before. `same`: the known list is still the newest. `newer`: `list`
 * replaces the known list; with `rotated`, the successor of the root key signs from now on.
 * `older`: the sender does not know, or conceals, the known list. `forked`: one key signed two
 * lists with the same number, which an honest person never does: `list` and `other` prove it.
 */
export type ListVerdict =
  | { readonly kind: 'first' | 'same' | 'older'; readonly list: SignedDeviceList }
  | { readonly kind: 'newer'; readonly list: SignedDeviceList; readonly rotated: boolean }
  | { readonly kind: 'forked'; readonly list: SignedDeviceList; readonly other: SignedDeviceList }

/**
 * Judges lists of one person, oldest first and without gaps, by the newest list that is known, if
 * any. `list` of the verdict is the one to rely on from now on. Throws `bad-device-list` if the
 * lists belong to someone else, do not follow each other, or do not trace back to the person's key.
 * The lists come from `readDeviceList`, so their signatures are valid.
 */
export function judgeDeviceLists(
  did: string,
  known: SignedDeviceList | null,
  lists: readonly SignedDeviceList[],
): ListVerdict {
  const [first] = lists
  const last = lists.at(-1)
  if (!first || !last) throw bad('There is none')
  if (lists.some(({ list }) => formatDidKey(list.person) !== did)) throw bad('It is of somebody else')
  for (let at = 1; at < lists.length; at++)
    if (!follows(lists[at]!, lists[at - 1]!)) throw bad('The lists do not follow each other')
  if (known) return judgeBesides(known, first, last, lists)
  // A list signed by the person's own key needs no others. Successors are proved by the preceding
  // lists.
  if (!equalKeys(first.list.person, first.list.root)) throw bad('Lists that show who may sign it are missing')
  return { kind: 'first', list: last }
}

function judgeBesides(
  known: SignedDeviceList,
  first: SignedDeviceList,
  last: SignedDeviceList,
  lists: readonly SignedDeviceList[],
): ListVerdict {
  // The successor prevails even over a thief of the root key who has signed more lists: only the
  // person has had it, and the root key cannot name another.
  if (lists.some(({ list }) => isSuccession(known.list, list)))
    return { kind: 'newer', list: last, rotated: true }
  const twin = lists.find(({ list }) => list.sequence === known.list.sequence)
  if (twin && !equalKeys(twin.hash, known.hash)) {
    if (!equalKeys(twin.list.root, known.list.root)) throw bad('A key that was replaced signed it')
    return { kind: 'forked', list: known, other: twin }
  }
  if (last.list.sequence < known.list.sequence) return { kind: 'older', list: known }
  if (!twin && !follows(first, known)) throw bad('Lists between the known one and this are missing')
  return equalKeys(last.hash, known.hash)
    ? { kind: 'same', list: known }
    : { kind: 'newer', list: last, rotated: false }
}

function follows({ list }: SignedDeviceList, before: SignedDeviceList): boolean {
  return (
    list.sequence === before.list.sequence + 1 &&
    list.previous !== null &&
    equalKeys(list.previous, before.hash) &&
    equalKeys(list.person, before.list.person) &&
    list.issued >= before.list.issued &&
    (isSuccession(before.list, list) || isContinuation(before.list, list))
  )
}
