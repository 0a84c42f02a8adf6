import { z } from 'zod'
import { HostPath, Name } from './common.ts'
import { ANSWERS } from './names.ts'

export const Label = z.object({
  name: Name,
  /** The folder for downloads with this label. Null: the default folder. */
  directory: HostPath.nullable(),
  /** `#rrggbb`. Null: the screen chooses one. */
  colour: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/, 'write a colour as # and six hexadecimal digits')
    .nullable(),
})
export type Label = z.infer<typeof Label>
export const CountedLabel = Label.extend({ torrents: z.number().int().min(0) }).register(ANSWERS, {
  id: 'CountedLabel',
})
export type CountedLabel = z.infer<typeof CountedLabel>
