import { value } from '@shoal/options'
import { UNLOCK_OPTIONS } from '../alone/unlock-options.ts'
import { defineCommand } from '../command.ts'
import { texts } from '../texts.ts'

export const unseal = defineCommand({
  about: texts.unseal.about,
  positionals: [{ name: 'FILE', help: texts.unseal.file }],
  options: {
    out: value('DIR', { short: 'o', help: texts.unseal.options.out }),
    linkFile: value('FILE', {
      help: texts.unseal.options.linkFile,
    }),
    ...UNLOCK_OPTIONS,
  },
  examples: [
    ['unseal sealed.age -o Photos', texts.unseal.examples.plain],
    ['unseal sealed.age --link-file link.txt', texts.unseal.examples.link],
  ],
  async run([file], options, context) {
    const { unsealFile } = await import('../alone/unseal-file.ts')
    await unsealFile(file!, options, context)
  },
})
