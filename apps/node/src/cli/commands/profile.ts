import { readFile, stat } from 'node:fs/promises'
import type { OwnProfile } from '@shoal/api'
import { flag, UsageError, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { CommandFailure, fileFailure } from '../failure.ts'
import type { Output } from '../output.ts'
import { subcommand, takeWords } from '../subcommand.ts'
import { printFacts } from '../terminal/print.ts'
import { texts } from '../texts.ts'

const say = texts.profile

export const profile = defineCommand({
  about: say.about({ shoal: SHOAL }),
  positionals: [{ name: 'ACTION', help: say.action, optional: true, choices: ['show', 'set', 'clear'] }],
  options: {
    name: value('NAME', { help: say.options.name }),
    picture: value('FILE', { help: say.options.picture }),
    noPicture: flag(say.options.noPicture),
    ...NODE_OPTIONS,
  },
  examples: [
    ['profile', say.examples.show],
    ['profile set --name Ada --picture ada.jpg', say.examples.set],
    ['profile clear', say.examples.clear],
  ],
  async run(words, { name, picture, noPicture, ...options }, { output, interrupt }) {
    const { signal } = interrupt
    const [action = 'show', ...rest] = words
    const isChange = name !== undefined || picture !== undefined || noPicture
    if (isChange !== (action === 'set')) throw new UsageError(say.optionsOfSet)
    if (picture !== undefined && noPicture) throw new UsageError(say.oneOfPictures)
    const { api } = await openNode(options, signal)
    const print = (known: OwnProfile) => printProfile(output, known)
    return subcommand([action, ...rest], {
      async show(words) {
        takeWords(words)
        print(await api.getProfile({}, { signal }))
      },
      async set(words) {
        takeWords(words)
        const named = name === undefined ? {} : { name: name.trim() === '' ? null : name }
        const shown = noPicture
          ? { picture: null }
          : picture === undefined
            ? {}
            : { picture: await readPictureFile(picture) }
        print(await api.setProfile({ ...named, ...shown }, { signal }))
      },
      async clear(words) {
        takeWords(words)
        print(await api.clearProfile({}, { signal }))
      },
    })
  },
})

/** Returns the picture in base64. Rejects with `bad-picture`, with instructions. */
async function readPictureFile(path: string): Promise<string> {
  const [{ IdentityError }, { MAX_PICTURE_BYTES, readPicture }] = await Promise.all([
    import('@shoal/identity'),
    import('@shoal/identity/profile'),
  ])
  const fail = (error: unknown) => {
    throw fileFailure(error, path)
  }
  const { size } = await stat(path).catch(fail)
  if (size > MAX_PICTURE_BYTES) throw new CommandFailure('bad-picture', say.tooLarge({ file: path }))
  const bytes = await readFile(path).catch(fail)
  try {
    readPicture(bytes)
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error
    throw new CommandFailure('bad-picture', say.badPicture({ file: path, reason: error.message }))
  }
  return bytes.toString('base64')
}

function printProfile(output: Output, known: OwnProfile): void {
  if (output.json) return output.object(known)
  const { did, name, picture, problem } = known
  printFacts(output, [
    [say.facts.did, did],
    [say.facts.name, name ?? say.nothing],
    [say.facts.picture, picture === null ? say.nothing : picture.slice('data:'.length, picture.indexOf(';'))],
  ])
  if (problem !== null) output.line(say.problems[problem]({ shoal: SHOAL }))
}
