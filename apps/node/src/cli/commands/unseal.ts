import { value } from '@shoal/options'
import { UNLOCK_OPTIONS } from '../alone/unlock-options.ts'
import { defineCommand } from '../command.ts'

export const unseal = defineCommand({
  about: [
    'Opens a sealed share that lies on this disk, such as one that a node downloaded: all of it, or nothing. Any age file over a tar is opened, whoever made it.',
    'What is in DIR already stays: the new gets a number.',
  ],
  positionals: [{ name: 'FILE', help: 'the sealed file' }],
  options: {
    out: value('DIR', { short: 'o', help: 'Folder to open into. Default: the one that you are in' }),
    linkFile: value('FILE', {
      help: 'For what is sealed to a key in a link: the link is the first line of this file, - for standard input',
    }),
    ...UNLOCK_OPTIONS,
  },
  examples: [
    ['unseal sealed.age -o Photos', 'Opens it, with the passphrase or your key file'],
    ['unseal sealed.age --link-file link.txt', 'Opens it with the key in its link'],
  ],
  async run([file], options, context) {
    const { unsealFile } = await import('../alone/unseal-file.ts')
    await unsealFile(file!, options, context)
  },
})
