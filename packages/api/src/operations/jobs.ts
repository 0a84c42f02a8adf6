import { z } from 'zod'
import { operation } from '../operation.ts'
import { Id, Name, Nothing } from '../schemas/common.ts'
import { Job } from '../schemas/job.ts'
import { CreateTorrent } from '../schemas/torrent.ts'
import { Upload } from '../schemas/upload.ts'

/** Long works, and the sharing of content that begins them. */
export const JOB_OPERATIONS = {
  createTorrent: operation({
    method: 'POST',
    path: '/api/create',
    area: 'torrents',
    summary: 'Make a torrent of a file or folder on the node’s machine, and share it',
    input: CreateTorrent,
    output: Job,
    errors: ['forbidden-path'],
  }),
  listJobs: operation({
    method: 'GET',
    path: '/api/jobs',
    area: 'jobs',
    summary: 'Long works: those that run, and the latest that ended',
    input: z.object({}),
    output: z.object({ items: z.array(Job) }),
  }),
  getJob: operation({
    method: 'GET',
    path: '/api/jobs/{id}',
    area: 'jobs',
    summary: 'One job',
    input: z.object({ id: Id }),
    output: Job,
  }),
  cancelJob: operation({
    method: 'DELETE',
    path: '/api/jobs/{id}',
    area: 'jobs',
    summary: 'Cancel a job, or forget one that has ended',
    input: z.object({ id: Id }),
    output: Job,
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
} as const
