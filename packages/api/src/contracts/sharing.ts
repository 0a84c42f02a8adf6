import { z } from 'zod'
import { contract, operation, setting } from '../contract.ts'
import { Id, Name, Nothing } from '../schemas/common.ts'
import { Job } from '../schemas/job.ts'
import { CreateTorrent } from '../schemas/torrent.ts'
import { Upload } from '../schemas/upload.ts'

const TrackerUrl = z
  .string()
  .max(2000)
  .regex(/^(?:https?|udp|wss?):\/\/[^\s/]+/i, 'a tracker is a http, https, udp, ws or wss URL')

/** Creating torrents from files on the node’s machine and from uploads. */
export const SHARING = contract({
  name: 'sharing',
  operations: {
    createTorrent: operation({
      method: 'POST',
      path: '/api/create',
      area: 'torrents',
      summary: 'Make a torrent of a file or folder on the node’s machine, and share it',
      input: CreateTorrent,
      output: Job,
      errors: ['forbidden-path'],
    }),
    createUpload: operation({
      method: 'POST',
      path: '/api/uploads',
      area: 'uploads',
      summary: 'Begin to send content to the node; `name` is what will be shared',
      input: z.object({ name: Name }),
      output: Upload,
      errors: ['no-space'],
    }),
    getUpload: operation({
      method: 'GET',
      path: '/api/uploads/{id}',
      area: 'uploads',
      summary: 'What has arrived of an upload',
      input: z.object({ id: Id }),
      output: Upload,
    }),
    shareUpload: operation({
      method: 'POST',
      path: '/api/uploads/{id}/share',
      area: 'uploads',
      summary: 'Make a torrent of what was sent, and share it',
      input: CreateTorrent.omit({ path: true }).extend({ id: Id }),
      output: Job,
    }),
    cancelUpload: operation({
      method: 'DELETE',
      path: '/api/uploads/{id}',
      area: 'uploads',
      summary: 'Delete what was sent',
      input: z.object({ id: Id }),
      output: Nothing,
    }),
  },
  settings: {
    network: {
      shareTrackers: setting(z.array(TrackerUrl).max(50), [], {
        title: 'Trackers of new shares',
        description: 'What you share announces to these, unless you name others. Never private torrents.',
        example: ['udp://tracker.example:6969/announce', 'wss://tracker.example/'],
      }),
    },
  },
})
