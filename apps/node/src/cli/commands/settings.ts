import { UsageError } from '../../base/failure.ts'
import { SETTINGS, settingNames, settingsChange, settingValue } from '../../base/settings.ts'
import { wrap } from '../../base/text/width.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { subcommand, takeWords } from '../subcommand.ts'

export const settings = defineCommand({
  about: [
    'show lists all of them; get NAME … some, with what they mean; set NAME=VALUE … changes some, at once. A name is a setting (limits.alternative), its last part, or a group (limits). Values: on and off, numbers, rates such as 2MB, none, texts, and JSON for lists: get shows an example of each.',
  ],
  positionals: [
    { name: 'ACTION', help: 'show, get or set. Default: show', optional: true },
    { name: 'WORD', help: 'names, or NAME=VALUE', optional: true, many: true },
  ],
  options: NODE_OPTIONS,
  examples: [
    ['settings get network', 'Shows the settings of the network, with what they mean'],
    ['settings set queue.maxDownloads=3 network.dht=off', 'Changes two settings'],
    [
      'settings set automation.onComplete=\'["notify-send","{name}"]\'',
      'Runs a program when a download is complete',
    ],
  ],
  async run(words, options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const read = () => Promise.all([api.getSettings({}), api.getNode({})])
    const show = async (names: readonly string[], { explain }: { explain: boolean }) => {
      const [values, { fixedSettings }] = await read()
      if (output.json)
        return output.object(Object.fromEntries(names.map(name => [name, settingValue(values, name)])))
      for (const name of names) {
        const info = SETTINGS.find(each => each.name === name)!
        const fixed = fixedSettings.includes(name) ? '  (given at the start: cannot be changed here)' : ''
        output.line(`${name} = ${JSON.stringify(settingValue(values, name))}${fixed}`)
        if (!explain) continue
        const text = [info.title, info.description].filter(part => part !== '').join(': ')
        for (const line of wrap(text, (output.terminal?.columns ?? 100) - 4)) output.line(`    ${line}`)
        // In one line, so that it can be copied.
        if (info.example !== undefined)
          output.line(`    For example: settings set ${name}='${JSON.stringify(info.example)}'`)
      }
    }
    return subcommand(words.length === 0 ? ['show'] : words, {
      async show(words) {
        takeWords(words)
        if (output.json) output.object((await read())[0])
        else
          await show(
            SETTINGS.map(({ name }) => name),
            { explain: false },
          )
      },
      get: words => show(takeWords(words, 'NAME …').flatMap(settingNames), { explain: true }),
      async set(words) {
        const pairs = takeWords(words, 'NAME=VALUE …')
        // NAME VALUE, as `set` takes it elsewhere.
        const isPair = words.length === 2 && !words[0]!.includes('=')
        const change = settingsChange(isPair ? [`${words[0]}=${words[1]}`] : pairs)
        await asUsage(api.changeSettings(change))
        const names = Object.entries(change).flatMap(([group, members]) =>
          Object.keys(members ?? {}).map(key => `${group}.${key}`),
        )
        if (names.length === 0) throw new UsageError('NAME=VALUE is missing')
        await show(names, { explain: false })
      },
    })
  },
})
