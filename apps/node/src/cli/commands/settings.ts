import { DEFAULT_SETTINGS, type Settings } from '@shoal/api'
import { describeFailure } from '@shoal/daemon/failure'
import type { Language } from '@shoal/messages'
import { UsageError } from '@shoal/options'
import { defaultFolder } from '../../base/files/places.ts'
import { START } from '../../base/program.ts'
import { wrap } from '../../base/width.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { subcommand, takeWords } from '../subcommand.ts'
import { LANGUAGE, texts } from '../texts.ts'
import { SETTINGS, settingNames, settingsChange, settingValue } from '../values/settings.ts'

type SettingTexts = Readonly<Record<string, { readonly title: string; readonly description: string }>>

const loads: Readonly<Record<Language, () => Promise<SettingTexts>>> = {
  en: async () => ({}),
  de: async () => (await import('@shoal/api/setting-texts/de')).default,
}

/**
 * Translations of the titles and descriptions of settings. The contract of the API has the English
 * ones.
 */
const settingTexts = await loads[LANGUAGE]()

/** The settings of a new node. */
const INITIAL: Settings = {
  ...DEFAULT_SETTINGS,
  downloads: { directory: defaultFolder(), ...DEFAULT_SETTINGS.downloads },
}

export const settings = defineCommand({
  about: texts.settings.about,
  positionals: [
    { name: 'ACTION', help: texts.settings.action, choices: ['show', 'get', 'set'], optional: true },
    { name: 'SETTING', help: texts.settings.word, optional: true, many: true },
  ],
  options: NODE_OPTIONS,
  examples: [
    ['settings get network', texts.settings.examples.get],
    ['settings set queue.maxDownloads=3 network.dht=off', texts.settings.examples.set],
    ['settings set automation.onComplete=\'["notify-send","{name}"]\'', texts.settings.examples.program],
  ],
  async run(words, options, { output, interrupt }) {
    // Users can read the list of settings before the first start.
    const isReading = !output.json && words[0] !== 'set'
    const node = await openNode(options, interrupt.signal).catch(error => {
      if (isReading && describeFailure(error).code === 'no-node') return null
      throw error
    })
    if (!node) output.error(texts.settings.noNode({ start: START }))
    const read = () =>
      node
        ? Promise.all([node.api.getSettings({}), node.api.getNode({})])
        : ([INITIAL, { fixedSettings: [] as string[] }] as const)
    const show = async (names: readonly string[], { explain }: { explain: boolean }) => {
      const [values, { fixedSettings }] = await read()
      if (output.json)
        return output.object(Object.fromEntries(names.map(name => [name, settingValue(values, name)])))
      for (const name of names) {
        const info = SETTINGS.find(each => each.name === name)!
        const fixed = fixedSettings.includes(name) ? `  ${texts.settings.fixed}` : ''
        output.line(`${name} = ${JSON.stringify(settingValue(values, name))}${fixed}`)
        if (!explain) continue
        const { title, description } = settingTexts[name] ?? info
        const text = [title, description].filter(part => part !== '').join(': ')
        for (const line of wrap(text, (output.terminal?.columns ?? 100) - 4)) output.line(`    ${line}`)
        // On one line, so that it can be copied.
        if (info.example !== undefined)
          output.line(
            `    ${texts.settings.forExample({ line: `settings set ${name}='${JSON.stringify(info.example)}'` })}`,
          )
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
        // Also accepts NAME VALUE, as other programs do.
        const isPair = words.length === 2 && !words[0]!.includes('=')
        const change = settingsChange(isPair ? [`${words[0]}=${words[1]}`] : pairs)
        await asUsage(node!.api.changeSettings(change))
        const names = Object.entries(change).flatMap(([group, members]) =>
          Object.keys(members ?? {}).map(key => `${group}.${key}`),
        )
        if (names.length === 0) throw new UsageError(texts.settings.missing)
        await show(names, { explain: false })
      },
    })
  },
})
