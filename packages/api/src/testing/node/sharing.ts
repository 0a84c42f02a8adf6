import type { SHARING } from '../../contracts/sharing.ts'
import type { CheckedInputOf, Implemented } from '../../operations.ts'
import type { Job } from '../../schemas/job.ts'
import type { Upload } from '../../schemas/upload.ts'
import { publishFindable } from './findable.ts'
import { filesAt } from './folders.ts'
import { Random, seedOf } from './random.ts'
import { found, refusal } from './refusals.ts'
import { SimulatedTorrent, shareLink } from './simulated-torrent.ts'
import type { SimulatedState, SimulatedUpload } from './state.ts'

export function sharing(state: SimulatedState): Implemented<typeof SHARING> {
  const find = (id: string) => found(state.uploads, id, 'upload')
  return {
    async createTorrent({ path, name = path.slice(path.lastIndexOf('/') + 1), ...how }) {
      return share(state, { ...how, name, files: filesAt(path) })
    },
    async createUpload({ name }) {
      const id = state.nextId('upload')
      const upload = { id, name, files: [], startedMs: state.clock.nowMs() }
      state.uploads.set(id, upload)
      return uploadView(upload)
    },
    getUpload: async ({ id }) => uploadView(find(id)),
    async shareUpload({ id, name, ...how }) {
      const { name: given, files } = find(id)
      state.uploads.delete(id)
      const isFile = files.length === 1 && files[0]!.path === given
      const placed = isFile ? files : files.map(file => ({ ...file, path: `${given}/${file.path}` }))
      return share(state, { ...how, name: name ?? given, files: placed })
    },
    async cancelUpload({ id }) {
      find(id)
      state.uploads.delete(id)
      return {}
    },
  }
}

function uploadView({ id, name, files, startedMs }: SimulatedUpload): Upload {
  const receivedBytes = files.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  return { id, name, fileCount: files.length, receivedBytes, startedMs }
}

/**
 * Records that a file of an upload arrived; null: only checks whether it may. Throws `not-found`
 * for an unknown upload and `unsafe-path` for a path that leads out of it.
 */
export function receiveFile(
  state: SimulatedState,
  id: string,
  path: string,
  lengthBytes: number | null,
): Upload {
  const upload = found(state.uploads, id, 'upload')
  if (path.split('/').some(part => part === '' || part === '.' || part === '..'))
    throw refusal('unsafe-path', 'The path leads out of the upload.', 'path')
  if (lengthBytes !== null)
    upload.files = [...upload.files.filter(file => file.path !== path), { path, lengthBytes }]
  return uploadView(upload)
}

interface Shared
  extends Pick<
    CheckedInputOf<'createTorrent'>,
    'label' | 'tags' | 'seal' | 'private' | 'findable' | 'license' | 'language' | 'paused'
  > {
  readonly name: string
  readonly files: { path: string; lengthBytes: number }[]
}

function share(
  state: SimulatedState,
  { name, files, label = null, tags = [], seal, findable, license, language, paused = false, ...how }: Shared,
): Job {
  const totalBytes = Math.max(
    1,
    files.reduce((sum, file) => sum + file.lengthBytes, 0),
  )
  return state.startJob(
    { kind: 'create', name, totalBytes, bytesPerSecond: Math.max(60e6, totalBytes / 6) },
    job => {
      const id = new Random(seedOf(`${name} ${totalBytes}`)).hex(40)
      // Encryption pads the content and adds a header.
      const sealed = [{ path: 'sealed.age', lengthBytes: Math.ceil(totalBytes * 1.02) + 512 }]
      const title = { name, label, tags, sealed: seal !== undefined, files: () => (seal ? sealed : files) }
      const start = {
        id,
        state: paused ? 'complete' : 'seeding',
        progress: 1,
        addedMs: state.clock.nowMs(),
        uploadedBytes: 0,
      } as const
      const made = new SimulatedTorrent(title, start)
      Object.assign(made.row, { completedMs: state.clock.nowMs(), swarmSeeds: 1, swarmLeeches: 0 })
      state.add(made)
      const link = seal ? shareLink(`${name} ${seal.by}`) : null
      made.sealedLink = link
      Object.assign(job, { torrent: id, link })
      if ((findable ?? state.settings.shoal.findable) && !seal && !how.private && !paused)
        publishFindable(state, id, { license, language })
    },
  )
}
