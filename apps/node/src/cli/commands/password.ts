import { flag, UsageError, value } from '@shoal/options'
import { askSecret } from '../ask-secret.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { texts } from '../texts.ts'

const say = texts.password

export const password = defineCommand({
  about: say.about,
  positionals: [],
  options: {
    newUsername: value('NAME', { help: say.options.newUsername }),
    newPasswordFile: value('FILE', { help: say.options.newPasswordFile }),
    remove: flag(say.options.remove),
    ...NODE_OPTIONS,
  },
  examples: [
    ['password', say.examples.ask],
    ['password --new-username ana --new-password-file password.txt', say.examples.file],
    ['password --remove', say.examples.remove],
  ],
  async run(_words, { newUsername, newPasswordFile: file, remove, ...options }, { output, interrupt }) {
    const { signal } = interrupt
    if (remove && (newUsername !== undefined || file !== undefined)) throw new UsageError(say.oneOnly)
    const { api } = await openNode(options, signal)
    const given = { file, option: '--new-password-file', signal, twice: true, allowWeak: true }
    const chosen = remove ? null : await askSecret(say.ask, given)
    const reach = await asUsage(
      api.setPassword(
        { password: chosen, ...(newUsername !== undefined && { username: newUsername }) },
        { signal },
      ),
    )
    const { username } = reach
    if (output.json) return output.object({ username })
    output.line(username === null ? say.removed : say.set({ username }))
  },
})
