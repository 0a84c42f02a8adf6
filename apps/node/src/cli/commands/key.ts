import { flag, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import * as keys from '../alone/keys.ts'
import { defineCommand } from '../command.ts'
import { refuseOptionsOfOthers, subcommand, takeWords } from '../subcommand.ts'
import { texts } from '../texts.ts'
import { inRows } from '../values/words.ts'

const MAKING = ['keyFile', 'passphraseFile', 'weakPassphrase', 'replace']
const OPENING = ['keyFile', 'passphraseFile']
/** Options of each action. */
const OPTIONS_OF = {
  ...{ new: MAKING, restore: [...MAKING, 'wordsFile'] },
  ...{ show: OPENING, words: OPENING, export: OPENING },
}

export const key = defineCommand({
  about: texts.key.about({ shoal: SHOAL }),
  positionals: [
    { name: 'ACTION', help: texts.key.action, choices: ['new', 'show', 'export', 'words', 'restore'] },
    { name: 'LINK', help: texts.key.link, optional: true },
  ],
  options: {
    keyFile: value('FILE', { help: texts.key.options.keyFile }),
    passphraseFile: value('FILE', {
      help: texts.key.options.passphraseFile,
    }),
    weakPassphrase: flag(texts.shareOptions.weakPassphrase),
    wordsFile: value('FILE', { help: texts.key.options.wordsFile }),
    replace: flag(texts.key.options.replace),
  },
  examples: [
    ['key new', texts.key.examples.new],
    ['key show', texts.key.examples.show],
    ['key words', texts.key.examples.words],
    ['key restore', texts.key.examples.restore],
    ['key export > key.txt', texts.key.examples.export],
    ["key export '#s2…' > key.txt", texts.key.examples.link],
  ],
  async run(words, { keyFile, passphraseFile, wordsFile, weakPassphrase, replace }, { output, interrupt }) {
    const [action = '', link] = words
    // The key in a link needs no passphrase.
    const table = action === 'export' && link !== undefined ? { ...OPTIONS_OF, export: [] } : OPTIONS_OF
    refuseOptionsOfOthers(table, action, { keyFile, passphraseFile, wordsFile, weakPassphrase, replace })
    const path = keyFile ?? keys.defaultKeyFile()
    const secret = { file: passphraseFile, option: '--passphrase-file', signal: interrupt.signal }
    const lines = (text: readonly string[]) => {
      for (const line of text) output.line(line)
    }
    const tell = ({ did, recipient }: { did: string; recipient: string }, ...before: string[]) =>
      output.json ? output.object({ did, recipient, keyFile: path }) : lines([...before, did, recipient])
    return subcommand(words, {
      async new(words) {
        takeWords(words)
        tell(
          await keys.newKey(path, { ...secret, allowWeak: weakPassphrase }, replace),
          texts.key.created({ file: path }),
        )
      },
      async show(words) {
        takeWords(words)
        tell(await keys.publicHalf(path, secret))
      },
      async words(words) {
        takeWords(words)
        const text = await keys.seedWords(path, secret)
        if (output.json) output.object({ words: text })
        else lines(inRows(text.split(' ')))
      },
      async restore(words) {
        takeWords(words)
        const given = { file: wordsFile, option: '--words-file', signal: interrupt.signal }
        tell(
          await keys.restoreKey(path, given, { ...secret, allowWeak: weakPassphrase }, replace),
          texts.key.created({ file: path }),
        )
      },
      async export(words) {
        const [link] = takeWords(words, ...(words.length > 0 ? ['LINK'] : []))
        const text = link === undefined ? await keys.secretHalf(path, secret) : keys.linkIdentity(link)
        if (output.json) output.object({ identity: text })
        else lines(text.trimEnd().split('\n'))
      },
    })
  },
})
