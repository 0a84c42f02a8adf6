import { z } from 'zod'
import { Bytes, TimeMs } from './common.ts'
import { ANSWERS } from './names.ts'

/** Content on its way from another machine to the node, to be shared there. Its files are sent to `/api/uploads/{id}/files/{path}`. */
export const Upload = z
  .object({
    id: z.string(),
    name: z.string(),
    /** Files that have arrived as a whole. */
    fileCount: z.number().int().min(0),
    receivedBytes: Bytes,
    startedMs: TimeMs,
  })
  .register(ANSWERS, { id: 'Upload' })
export type Upload = z.infer<typeof Upload>
