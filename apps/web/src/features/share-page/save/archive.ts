import type { ShareFile } from '../share-file.ts'

/** The node refuses longer lists: then the archive contains all files. */
const MOST_CHARACTERS = 8000

/** Returns the address of the node's archive of these files. */
export function archiveOf(files: readonly ShareFile[]): ShareFile {
  const [first] = files
  const ranges = rangesOf(files.map(({ index }) => index))
  const query = ranges.length > MOST_CHARACTERS ? '' : `?files=${ranges}`
  return { ...first!, index: -1, href: `${first!.href!.replace(/\d+$/, '')}archive${query}` }
}

/** Formats indices in ascending order, such as `0-3,7`. */
export function rangesOf(indices: readonly number[]): string {
  const ranges: [first: number, last: number][] = []
  for (const index of indices) {
    const last = ranges.at(-1)
    if (last && last[1] === index - 1) last[1] = index
    else ranges.push([index, index])
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(',')
}
