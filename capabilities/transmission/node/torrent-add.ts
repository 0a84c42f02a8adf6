import { Failure } from '@shoal/daemon/failure'
import { hash40 } from '@shoal/node/node/server/compat/torrent-finder.ts'
import { type Arguments, readBoolean, readText, stringList } from './arguments.ts'
import type { Method } from './context.ts'
import { firstPriorities } from './file-choice.ts'

/**
 * rpc-spec 3.4. Cookies, peer limit and bandwidth priority are ignored: Shoal does not have them
 * per torrent.
 */
export const torrentAdd: Method = async (args, { call, numbers }) => {
  const priorities = firstPriorities(args)
  const paused = readBoolean(args, 'paused')
  const sequential = readBoolean(args, 'sequential_download')
  const directory = readText(args, 'download-dir')
  const { added, torrent, job } = await call('addTorrent', {
    ...readSource(args),
    ...(directory && { directory }),
    ...(paused !== undefined && { paused }),
    ...splitLabels(stringList(args, 'labels')),
    ...(sequential !== undefined && { sequential }),
    ...(priorities.length > 0 && { priorities }),
  })
  if (job) {
    // The link led to a file that is not a torrent; Transmission does not download such files.
    await call('cancelJob', { id: job.id })
    throw new Failure('bad-torrent', 'invalid or corrupt torrent file')
  }
  const { id, name, diskName } = torrent!
  const shown = { id: numbers.of(id), name: diskName ?? name, hashString: hash40(torrent!) }
  return { [added ? 'torrent-added' : 'torrent-duplicate']: shown }
}

function readSource(args: Arguments): { source: string } | { torrent: string } {
  const torrent = readText(args, 'metainfo')
  // Some clients wrap base64 in lines.
  if (torrent) return { torrent: torrent.replace(/\s+/g, '') }
  const source = readText(args, 'filename')
  if (source) return { source }
  throw new Failure('bad-request', 'no filename or metainfo specified')
}

/** The first label is the torrent's label, the others are its tags. */
export function splitLabels(labels: readonly string[] | undefined): {
  label?: string | null
  tags?: string[]
} {
  if (labels === undefined) return {}
  const refuse = (isWrong: (label: string) => boolean, why: string) => {
    const at = labels.findIndex(isWrong)
    if (at >= 0) throw new Failure('bad-request', `${why} (label ${at + 1})`, { field: `labels.${at}` })
  }
  refuse(label => label.trim() === '', 'labels cannot be empty')
  refuse(label => label.includes(','), 'labels cannot contain comma (,) character')
  const [label = null, ...tags] = [...new Set(labels.map(each => each.trim()))]
  return { label, tags }
}
