import type { Reach, ReachTest } from '@shoal/api'
import { flag, UsageError, value } from '@shoal/options'
import { askSecret } from '../ask-secret.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { texts } from '../texts.ts'

const say = texts['open-up']

export const openUp = defineCommand({
  about: say.about,
  positionals: [],
  options: {
    address: value('ADDRESS', { help: say.options.address }),
    newUsername: value('NAME', { help: say.options.newUsername }),
    newPasswordFile: value('FILE', { help: say.options.newPasswordFile }),
    off: flag(say.options.off),
    test: flag(say.options.test),
    ...NODE_OPTIONS,
  },
  examples: [
    ['open-up', say.examples.plain],
    ['open-up --address http://203.0.113.7:8420', say.examples.public],
    ['open-up --off', say.examples.off],
  ],
  async run(_words, options, { output, interrupt }) {
    const { address, newUsername: username, newPasswordFile: file, off, test } = options
    const { signal } = interrupt
    const isChange = [address, username, file].some(each => each !== undefined)
    if ([off, test, isChange].filter(Boolean).length > 1) throw new UsageError(say.oneOnly)
    const { api } = await openNode(options, signal)
    if (off) {
      const reach = await api.closeUp({}, { signal })
      return output.json ? output.object(reach) : output.line(say.off)
    }
    if (test) {
      const reach = await api.testReach({}, { signal })
      return output.json ? output.object(reach) : tell(reach, output.line.bind(output))
    }
    const secret = { file, option: '--new-password-file', signal }
    const given = file === undefined ? {} : { password: await askSecret(say.options.newPasswordFile, secret) }
    const { password, ...reach } = await api.openUp(
      { ...(address !== undefined && { address }), ...(username !== undefined && { username }), ...given },
      { signal },
    )
    if (output.json) return output.object({ ...reach, password })
    tell(reach, output.line.bind(output))
    if (reach.address !== null && reach.username !== null)
      output.line(say.console({ address: reach.address, username: reach.username }))
    if (password !== null) {
      output.line(say.password({ password }))
      output.line(say.once)
    }
  },
})

function tell({ audience, address, tests, problem }: Reach, line: (text: string) => void): void {
  line(audience === 'machine' || address === null ? say.links.machine : say.links[audience]({ address }))
  for (const test of tests) line(testText(test))
  if (problem !== null) line(say.problem[problem])
}

function testText({ address, here, outside }: ReachTest): string {
  const result = (reached: boolean | null) => (reached === null ? 'unknown' : reached ? 'yes' : 'no')
  return say.tested({ address, here: say.here[result(here)], outside: say.outside[result(outside)] })
}
