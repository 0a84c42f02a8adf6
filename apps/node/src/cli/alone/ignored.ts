/** Names of unfinished files of browsers and download managers, and of files that file managers leave in every folder. */
const UNFINISHED = /\.(part|partial|crdownload|download|opdownload|!ut|!qb|aria2|tmp|swp)$|^~|~$/i
const LITTER = /^(thumbs\.db|desktop\.ini|icon\r)$/i

/** Whether to share a file or folder of this name in a shared folder. */
export function isShareable(name: string): boolean {
  return !name.startsWith('.') && !UNFINISHED.test(name) && !LITTER.test(name)
}
