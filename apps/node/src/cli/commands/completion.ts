import { COMPLETION_SHELLS, completionScript, UsageError } from '@shoal/options'
import { defineCommand } from '../command.ts'
import { programShape } from '../shape.ts'
import { texts } from '../texts.ts'

export const completion = defineCommand({
  about: texts.completion.about,
  positionals: [{ name: 'SHELL', help: texts.completion.shell, choices: COMPLETION_SHELLS }],
  options: {},
  examples: [['completion bash > shoal.bash && source shoal.bash', texts.completion.example]],
  async run([name = ''], _options, { output, commandLine }) {
    const shell = COMPLETION_SHELLS.find(each => each === name)
    if (!shell) throw new UsageError(texts.run.notOneOf({ name, names: COMPLETION_SHELLS.join(', ') }))
    const script = completionScript(shell, await programShape(commandLine.commands))
    if (output.json) return output.object({ script })
    for (const line of script.trimEnd().split('\n')) output.line(line)
  },
})
