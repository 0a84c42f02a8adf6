import { readFileSync } from 'node:fs'
import { defineCommand } from '../cli/command.ts'
import { fileFailure } from '../cli/failure.ts'
import { SHOAL } from '../cli/program.ts'
import { readStartOptions, START_OPTIONS } from '../daemon/start-options.ts'
import { defaultDataFolder } from '../state/places.ts'

export const start = defineCommand({
  about: [
    `Runs until Ctrl-C, SIGTERM or ${SHOAL} stop. What it shares and downloads, and every setting, is as it was at the next start.`,
    'Each option is also an environment variable, such as SHOAL_PEER_PORT for --peer-port, and a line in a settings file: { "peerPort": 6881 }. The command line comes before the environment, the environment before the file.',
    'npm start is this. A command after it runs instead: npm start -- get LINK.',
  ],
  positionals: [],
  options: START_OPTIONS,
  examples: [
    ['start', 'Runs a node for this machine, and prints where its console is'],
    ['start --open --dir /media/downloads', 'Opens the console in the browser'],
    [
      'start --host 0.0.0.0 --username me --password-file secret',
      'Lets other machines in, with user name and password',
    ],
  ],
  async run(_words, options, { output, interrupt }) {
    const given = readStartOptions(options, {
      env: process.env,
      cwd: process.cwd(),
      defaultDataDir: defaultDataFolder(),
      readFile: readConfig,
    })
    const { startNode } = await import('../daemon/start.ts')
    const node = await startNode(given)
    try {
      const { url, consoleUrl, directory, peerPort } = node
      if (output.json) output.object({ event: 'started', url, consoleUrl, directory, peerPort })
      else {
        // In a pipe it ends in a log: the token is nothing for that.
        output.line(`Console: ${output.terminal ? consoleUrl : `${url}/`}`)
        output.line(`Files:   ${directory}`)
        output.line(output.terminal ? 'Ctrl-C stops' : 'shoal open --print prints the address with its token')
      }
      if (given.open) {
        const { openBrowser } = await import('../client/console.ts')
        if (!(await openBrowser(consoleUrl, given.dataDir))) output.error('No browser was found here')
      }
      await Promise.race([node.stopAsked, whenAborted(interrupt.signal)])
    } finally {
      await node.close()
    }
  },
})

/** Null where there is none. */
function readConfig(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw fileFailure(error, path)
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
