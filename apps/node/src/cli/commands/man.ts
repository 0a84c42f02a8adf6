import { defineCommand } from '../command.ts'
import { shoalManual } from '../manual.ts'
import { texts } from '../texts.ts'

export const man = defineCommand({
  about: texts.man.about,
  positionals: [],
  options: {},
  examples: [['man | man -l -', texts.man.example]],
  async run(_words, _options, { output, commandLine }) {
    const page = await shoalManual(commandLine.commands)
    if (output.json) return output.object({ page })
    for (const line of page.trimEnd().split('\n')) output.line(line)
  },
})
