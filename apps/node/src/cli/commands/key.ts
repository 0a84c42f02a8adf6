import { flag, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import * as keys from '../alone/keys.ts'
import { defineCommand } from '../command.ts'
import { subcommand, takeWords } from '../subcommand.ts'

export const key = defineCommand({
  about: [
    `Your key: others seal shares to its public half (${SHOAL} seed --seal --to …), and ${SHOAL} get opens them with the secret half.`,
    'new makes one, and writes the key file, encrypted with a passphrase that is asked for. show prints the public half, as did:key:… and as age1…, to give to others. export prints the secret half as text, as age -i reads it: keep it to yourself. With a share link it prints the key that is in the link.',
    'Nobody can make a lost key or passphrase again: keep a copy of the key file.',
  ],
  positionals: [
    { name: 'ACTION', help: 'new, show or export' },
    { name: 'LINK', help: 'Of export: a share link whose key to print', optional: true },
  ],
  options: {
    keyFile: value('FILE', { help: 'The key file. Default: identity.age in the state folder' }),
    passphraseFile: value('FILE', {
      help: 'Its passphrase: the first line of this file, - for standard input. Default: it is asked for',
    }),
    replace: flag('Of new: replace the key file that is there'),
  },
  examples: [
    ['key new', 'Makes your key'],
    ['key show', 'Prints what others seal to'],
    ['key export > key.txt', 'For age -d -i key.txt'],
    ["key export '#s1…' > key.txt", 'The same of a share that is sealed to the key in its link'],
  ],
  async run(words, { keyFile, passphraseFile, replace }, { output, interrupt }) {
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
        tell(await keys.newKey(path, secret, replace), `Your key is in ${path}. Others seal to:`)
      },
      async show(words) {
        takeWords(words)
        tell(await keys.publicHalf(path, secret))
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
