import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { runScript, runShell, stdinLines } from '../shell/shell.ts'
import { texts } from '../texts.ts'

export const shell = defineCommand({
  about: texts.shell.about,
  positionals: [],
  options: NODE_OPTIONS,
  examples: [
    ['shell --node http://nas.example:8420', texts.shell.examples.node],
    ['shell < commands.txt', texts.shell.examples.script],
  ],
  async run(_words, options, { output, interrupt, commandLine }) {
    // Ctrl-C stops the running command, not the shell.
    interrupt.close()
    const isTyped = output.terminal !== null && process.stdin.isTTY === true
    return isTyped
      ? runShell(options, output, commandLine)
      : runScript(stdinLines(), options, output, commandLine)
  },
})
