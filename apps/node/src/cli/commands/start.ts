import { readFileSync } from 'node:fs'
import type { OptionValues } from '@shoal/options'
import { UsageError } from '../../base/failure.ts'
import { defaultDataFolder } from '../../base/files/places.ts'
import { SHOAL } from '../../base/program.ts'
import type { StartedNode, StartOptions } from '../../node/start.ts'
import { startNode } from '../../node/start.ts'
import { openBrowser } from '../client/console.ts'
import { defineCommand } from '../command.ts'
import { explainFailure, fileFailure, SetupFailure } from '../failure.ts'
import { quoteWord } from '../shell/split.ts'
import { readStartOptions, START_OPTIONS } from '../start-options.ts'
import { texts } from '../texts.ts'

export const start = defineCommand({
  about: texts.start.about({ shoal: SHOAL, example: '{ "peerPort": 6881 }' }),
  positionals: [],
  options: START_OPTIONS,
  examples: [
    ['start', texts.start.examples.plain],
    ['start --open --dir /media/downloads', texts.start.examples.open],
    ['start --host 0.0.0.0 --username me --password-file secret', texts.start.examples.password],
  ],
  async run(_words, options, { output, interrupt }) {
    const { given, node } = await open(options).catch(error => {
      throw asSetup(error)
    })
    try {
      const { url, consoleUrl, directory, peerPort } = node
      if (output.json) output.object({ event: 'started', url, consoleUrl, directory, peerPort })
      else {
        // Piped output ends up in logs, which must not contain the token.
        output.line(texts.start.consoleAt({ url: output.terminal ? consoleUrl : `${url}/` }))
        output.line(texts.start.files({ directory }))
        output.line(texts.start.page({ url: `${url}/share/` }))
        if (given.username !== undefined) output.line(texts.start.user({ name: given.username }))
        else if (!output.terminal) output.line(texts.start.token({ command: openCommand(given) }))
        if (output.terminal) output.line(texts.start.stop)
      }
      if (given.open) {
        if (!(await openBrowser(consoleUrl, given.dataDir))) output.error(texts.open.noBrowserHere)
      }
      await Promise.race([node.stopAsked, whenAborted(interrupt.signal)])
    } finally {
      await node.close()
    }
  },
})

async function open(
  options: OptionValues<typeof START_OPTIONS>,
): Promise<{ given: StartOptions; node: StartedNode }> {
  const given = readStartOptions(options, {
    env: process.env,
    cwd: process.cwd(),
    defaultDataDir: defaultDataFolder(),
    readFile: readConfig,
  })
  return { given, node: await startNode(given) }
}

/** A command that finds this node from any terminal, without the environment variables of this one. */
function openCommand({ dataDir }: StartOptions): string {
  const isUsual = dataDir === defaultDataFolder({ ...process.env, SHOAL_STATE: undefined })
  return `${SHOAL} open --print${isUsual ? '' : ` --data-dir ${quoteWord(dataDir)}`}`
}

/** Codes of problems that only the user can fix. Others, such as a full disk, may be gone at the next start. */
const SETUP_CODES = new Set([
  'address-in-use',
  'bad-argument',
  'bad-token',
  'damaged',
  'in-use',
  'newer-version',
  'no-password',
  'no-permission',
  'not-found',
  'refused',
])

function asSetup(error: unknown): unknown {
  if (error instanceof UsageError) return error
  const { code, message } = explainFailure(error)
  if (!SETUP_CODES.has(code)) return error
  // The engine does not know the name of the option.
  return new SetupFailure(code, code === 'refused' ? `${message} (--peer-port)` : message, { cause: error })
}

/** Returns null if the file does not exist. */
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
