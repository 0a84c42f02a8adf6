import type { InputOf } from '@shoal/api'
import type { Call } from '@shoal/node/node/server/compat/call.ts'
import { isForeseen } from '@shoal/node/node/server/compat/call.ts'
import { changes, type WebMethods } from './answer.ts'
import type { Params } from './params.ts'
import { layoutNamed } from './preferences.ts'
import { Refusal } from './refusal.ts'
import { shareLimits } from './torrents-act.ts'

/** Maximum number of torrents added by one request. */
const MOST = 1000

type Adding = InputOf<'addTorrent'>

/**
 * torrents/add. Category and folder, limits and order are Shoal's own; features that Shoal lacks
 * (end pieces first, cookies) are ignored.
 */
export const ADDING_METHODS: WebMethods = {
  'torrents/add': changes(async (params, { call, node }) => {
    const options = readOptions(params)
    const sources = params.list('urls', /[\r\n]+/)
    if (sources.length + params.files.length > MOST)
      throw new Refusal(400, 'too many torrents in one request')
    const given: Adding[] = [
      ...sources.map(source => ({ source })),
      ...params.files.map(({ bytes }) => ({ torrent: Buffer.from(bytes).toString('base64') })),
    ]
    let isAny = false
    for (const one of given) {
      const isTaken = await add({ ...one, ...options }, params, call).catch(error => {
        // A single invalid .torrent sets the status, since the request contains nothing else.
        if (!isForeseen(error) || (given.length === 1 && one.torrent !== undefined)) throw error
        node.log.warn(`qBittorrent's API could not add a torrent: ${(error as Error).message}`)
        return false
      })
      isAny ||= isTaken
    }
    return isAny ? 'Ok.' : 'Fails.'
  }),
}

async function add(input: Adding, params: Params, call: Call): Promise<boolean> {
  const { added, torrent, job } = await call('addTorrent', input)
  if (job) {
    // The link led to a file that is not a torrent; qBittorrent does not download such files.
    await call('cancelJob', { id: job.id })
    return false
  }
  if (!added) return false
  const name = params.text('rename').trim()
  if (name !== '') await call('updateTorrent', { id: torrent!.id, name })
  return true
}

function readOptions(params: Params): Adding {
  const paused = params.bool('paused') ?? params.bool('stopped')
  const isAutomatic = params.bool('autoTMM') ?? params.bool('useAutoTMM') ?? false
  const directory = isAutomatic ? '' : params.text('savepath').trim()
  const category = params.text('category').trim()
  const tags = params.list('tags', ',')
  const sequential = params.bool('sequentialDownload')
  const firstLastFirst = params.bool('firstLastPiecePrio')
  const limit = (name: string) => Math.max(0, Math.round(params.number(name) ?? 0))
  const [down, up] = [limit('dlLimit'), limit('upLimit')]
  return {
    ...(directory !== '' && { directory }),
    ...(category !== '' && { label: category }),
    ...(tags.length > 0 && { tags }),
    ...(paused !== undefined && { paused }),
    ...(sequential !== undefined && { sequential }),
    ...(firstLastFirst !== undefined && { firstLastFirst }),
    ...readLayout(params),
    ...(params.bool('skip_checking') && { trusted: true }),
    ...(params.bool('addToTopOfQueue') && { queue: 'first' as const }),
    ...(down > 0 && { downloadLimitBytesPerSecond: down }),
    ...(up > 0 && { uploadLimitBytesPerSecond: up }),
    ...shareLimits(params),
  }
}

/** `root_folder` is the name before qBittorrent 4.3.2. */
function readLayout(params: Params): Pick<Adding, 'layout'> {
  const named = layoutNamed(params.text('contentLayout'))
  const withFolder = params.bool('root_folder')
  const layout = named ?? (withFolder === undefined ? undefined : withFolder ? 'original' : 'no-subfolder')
  return layout ? { layout } : {}
}
