import { flag } from '@shoal/options'
import { consoleUrl, openBrowser } from '../client/console.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { texts } from '../texts.ts'

export const open = defineCommand({
  about: texts.open.about,
  positionals: [],
  options: { print: flag('Only print the address'), ...NODE_OPTIONS },
  examples: [
    ['open', texts.open.examples.open],
    ['open --print', texts.open.examples.print],
  ],
  async run(_words, options, { output, interrupt }) {
    const { api, address } = await openNode(options, interrupt.signal)
    // Fail if the token is wrong, instead of opening a page with that error.
    const { password } = await api.getAccess({})
    // The password of open-up is for others; the owner opens the console with the token.
    const isForOthers =
      password && (await api.getReach({}).catch(() => null))?.fixed.includes('password') === false
    const url = consoleUrl(address.url, password && !isForOthers ? null : address.token)
    const opened = !options.print && (await openBrowser(url, address.dataDir))
    if (output.json) return output.object({ url, opened })
    output.line(url)
    if (!options.print && !opened) output.error(texts.open.noBrowser)
  },
})
