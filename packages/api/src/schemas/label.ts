import { z } from 'zod'
import { HostPath, Name } from './common.ts'
import { ANSWERS } from './names.ts'

export const Label = z.object({
  name: Name,
  /** Where its torrents are downloaded to; null: the default folder. */
  directory: HostPath.nullable(),
  /** `#rrggbb`; null: whoever shows it chooses. */
  colour: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'a colour is # and six hexadecimal digits')
    .nullable(),
})
export type Label = z.infer<typeof Label>
export const CountedLabel = Label.extend({ torrents: z.number().int().min(0) }).register(ANSWERS, {
  id: 'CountedLabel',
})
export type CountedLabel = z.infer<typeof CountedLabel>
