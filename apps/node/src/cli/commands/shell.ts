import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { runScript, runShell, stdinLines } from '../shell/shell.ts'

export const shell = defineCommand({
  about: [
    'All commands, without "shoal" before them. Words are quoted as in sh. Tab completes commands, options, torrents and paths. Ctrl-C stops a command, Ctrl-D leaves.',
    'What was typed is kept in the state folder, but for lines with passwords and tokens. From a pipe or a file it runs line by line, until one fails.',
  ],
  positionals: [],
  options: NODE_OPTIONS,
  examples: [
    ['shell --node http://nas.example:8420', 'Talks to the node of another machine'],
    ['shell < commands.txt', 'Runs the commands of a file'],
  ],
  async run(_words, options, { output, interrupt, commandLine }) {
    // Ctrl-C is for the command that runs.
    interrupt.close()
    const isTyped = output.terminal !== null && process.stdin.isTTY === true
    return isTyped
      ? runShell(options, output, commandLine)
      : runScript(stdinLines(), options, output, commandLine)
  },
})
