import type { SEALED } from '../../contracts/sealed.ts'
import type { Implemented } from '../../operations.ts'
import type { OpenedSeal, SealedFile } from '../../schemas/sealed.ts'
import { mediaTypeOf } from './media-types.ts'
import { Random, seedOf } from './random.ts'
import { found, pageOf, refusal } from './refusals.ts'
import { SimulatedTorrent } from './simulated-torrent.ts'
import type { SimulatedState } from './state.ts'

/** The files of every sealed share. */
const FILES = [
  { path: 'Pier/gulls.jpg', lengthBytes: 2_400_000 },
  { path: 'Pier/waves.flac', lengthBytes: 8_000_000 },
  { path: 'Pier/timetable.zip', lengthBytes: 64_000 },
]

export function sealed(state: SimulatedState): Implemented<typeof SEALED> {
  const opened = new Map<string, OpenedSeal>()
  const find = (id: string) => found(opened, id, 'share')
  const totalBytes = FILES.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  return {
    async openSealed({ source }) {
      if (!/#s\d/.test(source))
        throw refusal('not-sealed', 'This is not the link of a sealed share.', 'source')
      const torrent = infoHashOf(source) ?? new Random(seedOf(source)).hex(40)
      if (!state.torrents.has(torrent)) {
        const files = [{ path: 'sealed.age', lengthBytes: Math.ceil(totalBytes * 1.02) }]
        const title = { name: 'sealed.age', label: null, tags: [], sealed: true, files: () => files }
        const start = {
          id: torrent,
          state: 'downloading',
          progress: 0,
          addedMs: state.clock.nowMs(),
        } as const
        state.add(new SimulatedTorrent(title, start))
        state.flush()
      }
      const id = new Random(seedOf(`${source} ${state.nextId('sealed')}`)).hex(22)
      const view = {
        id,
        torrent,
        name: state.says('Pier'),
        fileCount: FILES.length,
        totalBytes,
        problem: null,
      }
      opened.set(id, view)
      return view
    },
    getSealed: async ({ id }) => find(id),
    async listSealedFiles({ id, cursor, limit }) {
      find(id)
      const items = FILES.map(
        (file, index): SealedFile => ({
          ...{ index, ...file, path: state.says(file.path), mediaType: mediaTypeOf(file.path) },
          href: `/files/${file.path}`,
        }),
      )
      return pageOf(items, cursor, limit)
    },
    async closeSealed({ id }) {
      find(id)
      opened.delete(id)
      return {}
    },
  }
}

/** Returns the info hash in a link of a sealed share. Null if it is made up. */
function infoHashOf(source: string): string | null {
  const [, payload = ''] = /#s\d([\w-]+)/.exec(source) ?? []
  const bytes = atob(
    payload
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .slice(0, payload.length & ~3),
  )
  const [, hash] = /1:120:(.{20})/s.exec(bytes) ?? []
  return hash === undefined
    ? null
    : Array.from(hash, sign => sign.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}
