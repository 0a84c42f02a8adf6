import type { SOURCES } from '../../contracts/sources.ts'
import type { CheckedInputOf, Implemented } from '../../operations.ts'
import type { Added, Preview } from '../../schemas/torrent.ts'
import { Random, seedOf } from './random.ts'
import { given, refusal } from './refusals.ts'
import { SimulatedTorrent } from './simulated-torrent.ts'
import type { SimulatedState } from './state.ts'
import { saidBy, type Title, titleNumber } from './titles.ts'

const HASH = /^[0-9a-f]{40}$|^[0-9a-f]{64}$/i

export function sources(state: SimulatedState): Implemented<typeof SOURCES> {
  return {
    addTorrent: async input => add(state, input),
    async previewTorrent(input, { signal } = {}) {
      await state.clock.wait(input.torrent === undefined ? 1400 : 60, signal)
      return preview(state, input)
    },
    listProtocols: async () => ({
      items: [
        {
          name: 'bittorrent',
          understands: ['magnet:?xt=…', 'an info hash (40 or 64 hex digits)', 'a .torrent file or its URL'],
        },
        { name: 'http', understands: ['https://…', 'http://…'] },
        { name: 'ftp', understands: ['ftp://…'] },
      ],
    }),
  }
}

/** Generates the content of a link, hash or .torrent from its text, the same every time. */
function titleOf({ source, torrent }: { source?: string | undefined; torrent?: string | undefined }): {
  id: string
  title: Title
} {
  if (torrent !== undefined) {
    const bytes = atob(torrent)
    const name = /4:name(\d+):/.exec(bytes)
    if (!bytes.startsWith('d') || !name)
      throw refusal('bad-torrent', 'This is not a .torrent file, or it is damaged.', 'torrent')
    const start = name.index + name[0].length
    const text = new TextDecoder().decode(
      Uint8Array.from(bytes.slice(start, start + Number(name[1])), each => each.charCodeAt(0)),
    )
    return {
      id: new Random(seedOf(bytes)).hex(40),
      title: { ...titleNumber(1_000 + (seedOf(text) % 9_000)), name: text, comment: '' },
    }
  }
  const text = source ?? ''
  const hash =
    /urn:btih:([0-9a-f]{40})/i.exec(text)?.[1] ??
    (HASH.test(text) ? text : /^baf5rei/.test(text) ? new Random(seedOf(text)).hex(40) : undefined)
  const url = /^(https?|ftp):\/\//.test(text)
  if (!hash && !url && !text.startsWith('/'))
    throw refusal(
      'unknown-identifier',
      'This is not a supported link. Use magnet:?xt=…, an info hash (40 or 64 hex digits), a content ID (baf…), http(s):// or ftp://',
      'source',
    )
  const title = titleNumber(1_000 + (seedOf(hash ?? text) % 9_000))
  const name = new URLSearchParams(text.slice(text.indexOf('?') + 1)).get('dn')
  const known = name ? { ...title, name, files: renamed(title, name) } : title
  return { id: (hash ?? new Random(seedOf(text)).hex(40)).toLowerCase(), title: known }
}

const renamed = (title: Title, name: string) => (random: Random) =>
  title.files(random).map(file => ({ ...file, path: file.path.replaceAll(title.name, () => name) }))

function preview(
  state: SimulatedState,
  input: { source?: string | undefined; torrent?: string | undefined },
): Preview {
  if (plainFileIn(input.source) !== null)
    throw refusal('not-a-torrent', 'This is a plain file. Add it to download it.', 'source')
  const { id, title: plain } = titleOf(input)
  const title = saidBy(plain, state.says)
  const made = new SimulatedTorrent(title, { id, state: 'paused', progress: 0, addedMs: 0 })
  return {
    id,
    name: title.name,
    totalBytes: made.row.totalBytes!,
    private: false,
    comment: title.comment ?? null,
    version: 'hybrid',
    files: made.files.map((file, index) => ({ index, ...file })),
    trackers: made.tiers.flat(),
    known: state.torrents.has(id),
    seal: null,
  }
}

/** Returns the file name of a URL. Returns null for other sources and for .torrent files. */
function plainFileIn(source: string | undefined): string | null {
  const name = /^(?:https?|ftp):\/\/\S+\/([^/?#]+)$/.exec(source ?? '')?.[1]
  return name === undefined || name.endsWith('.torrent') ? null : name
}

function add(state: SimulatedState, input: CheckedInputOf<'addTorrent'>): Added {
  const file = plainFileIn(input.source)
  if (file !== null) {
    const job = state.startJob({ kind: 'download', name: file, totalBytes: 480e6, bytesPerSecond: 18e6 })
    return { added: true, torrent: null, job }
  }
  const { id, title: plain } = titleOf(input)
  const title = saidBy(plain, state.says)
  const known = state.torrents.get(id)
  if (known) return { added: false, torrent: { ...known.row }, job: null }
  const paused = input.paused ?? state.settings.downloads.startPaused
  const made = new SimulatedTorrent(title, {
    id,
    state: paused ? 'paused' : 'downloading',
    progress: 0,
    addedMs: state.clock.nowMs(),
  })
  Object.assign(
    made.row,
    given({
      label: input.label,
      tags: input.tags,
      directory: input.directory,
      sequential: input.sequential,
      superSeeding: input.superSeeding,
      firstLastFirst: input.firstLastFirst,
    }),
  )
  if (input.select) made.setPriority(unwantedOf(made, input.select), 0, state.clock.nowMs())
  state.add(made)
  if (input.queue === 'first') state.queue([made, ...state.queued().filter(each => each !== made)])
  state.note('info', `Added ${title.name}`, id)
  if (input.peers?.length) state.note('info', `Connecting to ${input.peers.join(', ')}`, id)
  state.flush()
  return { added: true, torrent: { ...made.row }, job: null }
}

function unwantedOf(torrent: SimulatedTorrent, select: readonly number[]): number[] {
  const wanted = new Set(select)
  return [...torrent.files.keys()].filter(index => !wanted.has(index))
}
