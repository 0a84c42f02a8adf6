import { defineCommand } from '../command.ts'
import { texts } from '../texts.ts'

export const passphrase = defineCommand({
  about: texts.passphrase.about,
  positionals: [],
  options: {},
  examples: [['passphrase', texts.passphrase.example]],
  async run(_words, _options, { output }) {
    const { makePassphrase } = await import('@shoal/identity/passphrases')
    const made = await makePassphrase()
    if (output.json) output.object({ passphrase: made })
    else output.line(made)
  },
})
