/** What browsers and download managers write while they are not done, and what file managers leave in every folder. */
const UNFINISHED = /\.(part|partial|crdownload|download|opdownload|!ut|!qb|aria2|tmp|swp)$|^~|~$/i
const LITTER = /^(thumbs\.db|desktop\.ini|icon\r)$/i

/** Whether something of this name in a shared folder is meant to be shared. */
export function isShareable(name: string): boolean {
  return !name.startsWith('.') && !UNFINISHED.test(name) && !LITTER.test(name)
}
