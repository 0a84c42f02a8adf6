import { z } from 'zod'
import { contract, operation, setting } from '../contract.ts'
import { withStatus } from '../errors.ts'
import { Id, Name, Nothing } from '../schemas/common.ts'
import { Job } from '../schemas/job.ts'
import { SECRETS } from '../schemas/names.ts'
import { CreateTorrent } from '../schemas/torrent.ts'
import { Upload } from '../schemas/upload.ts'

const TrackerUrl = z
  .string()
  .max(2000)
  .regex(/^(?:https?|udp|wss?):\/\/[^\s/]+/i, 'a tracker is an http, https, udp, ws or wss URL')
  .register(SECRETS, { isWhole: false })

/** Creating torrents from files on the node’s machine and from uploads. */
export const SHARING = contract({
  name: 'sharing',
  operations: {
    createTorrent: operation({
      method: 'POST',
      path: '/api/create',
      effect: 'write',
      area: 'torrents',
      summary: 'Create a torrent from a file or folder on the node’s machine, and seed it',
      input: CreateTorrent,
      output: Job,
      errors: {
        ...withStatus(400, 'weak-passphrase'),
        ...withStatus(403, 'forbidden-path'),
        ...withStatus(409, 'conflict', 'locked'),
        ...withStatus(502, 'refused'),
      },
    }),
    createUpload: operation({
      method: 'POST',
      path: '/api/uploads',
      effect: 'write',
      area: 'uploads',
      summary: 'Start an upload; `name` becomes the name of the torrent',
      input: z.object({ name: Name }),
      output: Upload,
      errors: { ...withStatus(429, 'too-many-requests'), ...withStatus(507, 'no-space') },
    }),
    getUpload: operation({
      method: 'GET',
      path: '/api/uploads/{id}',
      effect: 'read',
      area: 'uploads',
      summary: 'Get the progress of an upload',
      input: z.object({ id: Id }),
      output: Upload,
    }),
    shareUpload: operation({
      method: 'POST',
      path: '/api/uploads/{id}/share',
      effect: 'write',
      area: 'uploads',
      summary: 'Create a torrent from an upload, and seed it',
      input: CreateTorrent.omit({ path: true }).extend({ id: Id }),
      output: Job,
      errors: {
        ...withStatus(400, 'weak-passphrase'),
        ...withStatus(409, 'conflict', 'locked'),
        ...withStatus(502, 'refused'),
      },
    }),
    cancelUpload: operation({
      method: 'DELETE',
      path: '/api/uploads/{id}',
      effect: 'delete',
      evenIfFull: true,
      area: 'uploads',
      summary: 'Cancel an upload and delete its files',
      input: z.object({ id: Id }),
      output: Nothing,
    }),
  },
  settings: {
    network: {
      shareTrackers: setting(z.array(TrackerUrl).max(50), [], {
        title: 'Trackers for new torrents',
        description:
          'Torrents that you create announce to these unless you choose others. Never used for private torrents.',
        example: ['udp://tracker.example:6969/announce', 'wss://tracker.example/'],
      }),
    },
  },
})
