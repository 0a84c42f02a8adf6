import { readFileSync } from 'node:fs'
import { isDamage, listBackups } from '@shoal/daemon/database'
import { describeFailure } from '@shoal/daemon/failure'
import type { OptionValues } from '@shoal/options'
import { UsageError } from '@shoal/options'
import { cataloguePath, defaultDataFolder } from '../../base/files/places.ts'
import { SHOAL, START } from '../../base/program.ts'
import type { StartedNode, StartOptions } from '../../node/start.ts'
import { startNode } from '../../node/start.ts'
import { consoleUrl, openBrowser } from '../client/console.ts'
import { openNode } from '../client/node-client.ts'
import { defineCommand } from '../command.ts'
import { explainFailure, fileFailure, SetupFailure } from '../failure.ts'
import { formatTime } from '../format.ts'
import type { Output } from '../output.ts'
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
    const given = readOptions(options)
    let node: StartedNode
    try {
      node = await startNode(given)
    } catch (error) {
      const running = describeFailure(error).code === 'in-use' ? await findRunning(given.dataDir) : null
      if (running) return tellRunning(running, given, output)
      throw asSetup(error, given.dataDir)
    }
    try {
      const { url, consoleUrl, directory, peerPort, takenPeerPort } = node
      if (output.json)
        output.object({ event: 'started', url, consoleUrl, directory, peerPort, takenPeerPort })
      else {
        // Piped output ends up in logs, which must not contain the token.
        output.line(texts.start.consoleAt({ url: output.terminal ? consoleUrl : `${url}/` }))
        output.line(texts.start.files({ directory }))
        if (takenPeerPort !== null)
          output.line(texts.start.otherPort({ port: String(peerPort), taken: String(takenPeerPort) }))
        output.line(texts.start.page({ url: `${url}/share/` }))
        if (given.username !== undefined) output.line(texts.start.user({ name: given.username }))
        else if (!output.terminal) output.line(texts.start.token({ command: openCommand(given, '--print') }))
        if (output.terminal) output.line(texts.start.stop)
      }
      if (given.open) {
        if (!(await openBrowser(consoleUrl, given.dataDir))) output.error(texts.open.noBrowserHere)
      }
      await Promise.race([node.stopAsked, whenAborted(interrupt.signal)])
      if (output.terminal) output.line(texts.start.stopping)
    } finally {
      await node.close()
    }
    if (output.terminal) output.line(texts.start.stopped)
  },
})

function readOptions(options: OptionValues<typeof START_OPTIONS>): StartOptions {
  try {
    return readStartOptions(options, {
      env: process.env,
      cwd: process.cwd(),
      defaultDataDir: defaultDataFolder(),
      readFile: readConfig,
    })
  } catch (error) {
    throw asSetup(error)
  }
}

interface RunningNode {
  readonly url: string
  /** Contains the token if there is no password. */
  readonly consoleUrl: string
}

/**
 * Returns the node that uses the data folder, if it responds. `node.json` alone can be left over
 * from a killed node.
 */
async function findRunning(dataDir: string): Promise<RunningNode | null> {
  try {
    const { api, address } = await openNode({ ...NO_NODE_OPTIONS, dataDir }, AbortSignal.timeout(ANSWER_MS))
    const { password } = await api.getAccess({})
    return { url: address.url, consoleUrl: consoleUrl(address.url, password ? null : address.token) }
  } catch {
    return null
  }
}

async function tellRunning(running: RunningNode, given: StartOptions, output: Output): Promise<void> {
  const { url, consoleUrl } = running
  if (output.json) output.object({ event: 'running', url, consoleUrl })
  else {
    output.line(texts.start.running({ url: output.terminal ? consoleUrl : `${url}/` }))
    output.line(texts.start.openIt({ command: openCommand(given) }))
  }
  if (given.open && !(await openBrowser(consoleUrl, given.dataDir))) output.error(texts.open.noBrowserHere)
}

/**
 * Returns a command that finds this node from any terminal, without the environment variables of
 * this one.
 */
function openCommand({ dataDir }: StartOptions, ...options: string[]): string {
  return `${[SHOAL, 'open', ...options].join(' ')}${dataDirOption(dataDir)}`
}

function dataDirOption(dataDir: string): string {
  const isUsual = dataDir === defaultDataFolder({ ...process.env, SHOAL_STATE: undefined })
  return isUsual ? '' : ` --data-dir ${quoteWord(dataDir)}`
}

/** Maximum time for a node to respond. */
const ANSWER_MS = 5000
/** Options in the environment select the node of other commands, not the one being started. */
const NO_NODE_OPTIONS = { node: undefined, token: undefined, username: undefined, passwordFile: undefined }

/**
 * Error codes of problems that only the user can fix. Others, such as a full disk, can be solved by
 * the next start.
 */
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
  'unsafe-path',
])

function asSetup(error: unknown, dataDir?: string): unknown {
  if (error instanceof UsageError) return error
  const { code, message } = explainFailure(damageIn(error) ?? error)
  if (!SETUP_CODES.has(code)) return error
  if (code === 'damaged' && dataDir !== undefined)
    return new SetupFailure(code, offerBackup(message, dataDir), { cause: error })
  if (code !== 'refused') return new SetupFailure(code, message, { cause: error })
  // The engine does not know the name of the option.
  const command = `${START}${START.startsWith('npm ') ? ' --' : ''} --peer-port 0`
  return new SetupFailure(code, texts.start.freePort({ message: `${message} (--peer-port)`, command }), {
    cause: error,
  })
}

/**
 * Damage found after the catalogue was opened is reported by the engine, as the cause of its own
 * error.
 */
function damageIn(error: unknown): Error | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (isDamage(cause)) return cause
  return null
}

function offerBackup(message: string, dataDir: string): string {
  const [newest] = listBackups(cataloguePath(dataDir))
  if (!newest) return message
  const { name, takenMs } = newest
  const command = `${SHOAL} restore-catalogue${dataDirOption(dataDir)}`
  return texts['restore-catalogue'].offer({ message, name, time: formatTime(takenMs), command })
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
