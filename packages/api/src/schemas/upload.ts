import { z } from 'zod'
import { Bytes, TimeMs } from './common.ts'
import { ANSWERS } from './names.ts'

/**
 * Content uploaded to the node in order to be shared. Its files go to
 * `/api/uploads/{id}/files/{path}`.
 */
export const Upload = z
  .object({
    id: z.string(),
    name: z.string(),
    /** Completely received files. */
    fileCount: z.number().int().min(0),
    receivedBytes: Bytes,
    startedMs: TimeMs,
  })
  .register(ANSWERS, { id: 'Upload' })
export type Upload = z.infer<typeof Upload>
