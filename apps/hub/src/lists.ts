/** Lists in files: who is served, and what. They are read when the hub starts, and again when they change. */
import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import { AddressSet, isPasskey, type Tracker, type TrackerLists } from '@shoal/tracker'
import type { Logger } from 'pino'
import { SetupError } from './failure.ts'
import type { Given } from './options.ts'

/** A look at a file a second costs nothing, and works where the system tells of no changes: network folders, links, files that editors replace. */
const POLL_MS = 1000
/** Longer than that, so that a file which is being written is read when it is whole. */
const QUIET_MS = 1500

interface ListFile {
  readonly file: string
  /** What its lines are. */
  readonly what: string
  isRight(line: string): boolean
  listsOf(lines: readonly string[]): TrackerLists
}

/** The lists of a hub, and the files that they are in. */
export class Lists {
  readonly #files: readonly ListFile[]
  readonly #log: Pick<Logger, 'info' | 'warn'>
  /** What each file held when it was read last. */
  readonly #contents = new Map<string, string>()
  readonly #watchers: (() => void)[] = []

  constructor({ passkeyFile, allowFile, banFile, ban = [] }: Given, log: Pick<Logger, 'info' | 'warn'>) {
    this.#log = log
    this.#files = [
      passkeyFile !== undefined && {
        file: passkeyFile,
        what: 'passkey',
        isRight: isPasskey,
        listsOf: (passkeys: readonly string[]) => ({ passkeys }),
      },
      allowFile !== undefined && {
        file: allowFile,
        what: 'info hash',
        isRight: isInfoHash,
        listsOf: (allowedHashes: readonly string[]) => ({ allowedHashes }),
      },
      banFile !== undefined && {
        file: banFile,
        what: 'address or network',
        isRight: isNetwork,
        listsOf: (banned: readonly string[]) => ({ bannedAddresses: [...ban, ...banned] }),
      },
    ].filter(each => each !== false)
  }

  /** Throws SetupError: a file that cannot be read, a line that makes no sense. */
  read(): TrackerLists {
    return Object.assign({}, ...this.#files.map(each => each.listsOf(this.#lines(each))))
  }

  /** Reads all that changed. A file that is broken leaves its list as it was. */
  readAgain(tracker: Pick<Tracker, 'setLists'>): void {
    for (const each of this.#files) {
      const before = this.#contents.get(each.file)
      try {
        const lines = this.#lines(each)
        if (this.#contents.get(each.file) === before) continue
        tracker.setLists(each.listsOf(lines))
        this.#log.info({ file: each.file, lines: lines.length }, 'the list was read again')
      } catch (error) {
        if (!(error instanceof SetupError)) throw error
        this.#log.warn({ file: each.file }, `${error.message}: the list stays as it was`)
      }
    }
  }

  /** Reads again, from now on, what changes. */
  watch(
    tracker: Pick<Tracker, 'setLists'>,
    { pollMs, quietMs } = { pollMs: POLL_MS, quietMs: QUIET_MS },
  ): void {
    let timer: NodeJS.Timeout | undefined
    const onChange = () => {
      clearTimeout(timer)
      timer = setTimeout(() => this.readAgain(tracker), quietMs).unref()
    }
    for (const { file } of this.#files) {
      watchFile(file, { interval: pollMs, persistent: false }, onChange)
      this.#watchers.push(() => unwatchFile(file, onChange))
    }
    this.#watchers.push(() => clearTimeout(timer))
  }

  close(): void {
    for (const stop of this.#watchers.splice(0)) stop()
  }

  /** Lines that are not empty; what follows # is for people. The line itself is not told: a passkey is a secret. */
  #lines({ file, what, isRight }: ListFile): string[] {
    const content = contentOf(file)
    const lines = content.split('\n').flatMap((line, at) => {
      const text = line.replace(/#.*/, '').trim()
      if (text === '') return []
      if (!isRight(text)) throw new SetupError(`${file}: line ${at + 1} is no ${what}`)
      return [text]
    })
    this.#contents.set(file, content)
    return lines
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new SetupError(`${file} cannot be read: ${(error as Error).message}`)
  }
}

function isInfoHash(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text)
}

function isNetwork(text: string): boolean {
  try {
    new AddressSet([text])
    return true
  } catch {
    return false
  }
}
