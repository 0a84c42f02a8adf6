const ELLIPSIS = '…'
/** The end of most file names, and of hardly any folder's. */
const EXTENSION = /[^.](\.[a-z0-9]{1,8})$/i

const sizeOf = (text: string) => new TextEncoder().encode(text).length

/**
 * Returns a name of at most `bytes` UTF-8 bytes: truncated at a character boundary, with its
 * extension kept.
 */
export function shortenName(name: string, bytes: number): string {
  if (sizeOf(name) <= bytes) return name
  const extension = EXTENSION.exec(name)?.[1] ?? ''
  let room = bytes - sizeOf(ELLIPSIS + extension)
  let begin = ''
  for (const { segment } of new Intl.Segmenter().segment(name.slice(0, bytes))) {
    room -= sizeOf(segment)
    if (room < 0) break
    begin += segment
  }
  return begin.trimEnd() + ELLIPSIS + extension
}
