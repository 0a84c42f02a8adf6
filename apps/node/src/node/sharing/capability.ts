/** Sharing content that is on this machine or was uploaded to it. */
import { SHARING as CONTRACT } from '@shoal/api'
import { FINDABLES } from '../findable/service.ts'
import { capability } from '../kernel/capability.ts'
import { PUBLISHED } from '../network/service.ts'
import { SEALED } from '../sealed/service.ts'
import { TORRENTS } from '../torrents/service.ts'
import { TRACKER } from '../tracker/service.ts'
import { TorrentCreator } from './create-torrents.ts'
import { Uploads } from './uploads.ts'

export const SHARING = capability({
  contract: CONTRACT,
  needs: { torrents: TORRENTS },
  wants: { sealed: SEALED, tracker: TRACKER, findables: FINDABLES, published: PUBLISHED },
  start(kernel, services) {
    const { settings, folders, dataDir } = kernel
    const uploads = new Uploads(() => settings.current.downloads.directory, dataDir)
    const creator = new TorrentCreator({ kernel, ...services, stage: () => uploads.stage() })
    return {
      operations: {
        createTorrent: async ({ path, ...options }) =>
          creator.create(await folders.allowContent(path), options),
        createUpload: async ({ name }) => uploads.create(name),
        getUpload: async ({ id }) => uploads.get(id),
        async shareUpload({ id, hidden = true, ...given }) {
          // Uploads contain only what the user chose.
          const options = { ...given, hidden }
          creator.check(options)
          if (options.seal) return creator.createSealed(await uploads.finishHidden(id), options)
          return creator.create(await uploads.finish(id), options)
        },
        cancelUpload: async ({ id }) => {
          await uploads.cancel(id)
          return {}
        },
      },
      files: {
        receive: (upload, path, body, options) => uploads.receive(upload, path, body, options),
      },
      jobs: { create: { resume: record => creator.resume(record) } },
      begin: () => uploads.tidy(),
      async close() {
        await uploads.close()
        await creator.close()
      },
    }
  },
})
