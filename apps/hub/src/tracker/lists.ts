/** Access lists in files, read when the hub starts and whenever they change. */

import { unwatchFile, watchFile } from 'node:fs'
import { type AccessRules, AddressSet, isPasskey, type TrackerLists } from '@shoal/tracker'
import { SetupError } from '../failure.ts'
import { fileText } from '../file-text.ts'
import type { HubLog } from '../kernel/log.ts'
import type { Given } from '../options.ts'

/**
 * Polling a file every second is cheap, and works for network folders, links and files that editors
 * replace.
 */
const POLL_MS = 1000
/**
 * Longer than the polling interval, so that a file is read after it has been written completely.
 */
const QUIET_MS = 1500

interface ListFile {
  readonly file: string
  /** Kind of its lines, for messages. */
  readonly what: string
  isValid(line: string): boolean
  toLists(lines: readonly string[]): TrackerLists
}

/** The access lists of a hub and their files. */
export class Lists {
  readonly #files: readonly ListFile[]
  readonly #log: Pick<HubLog, 'info' | 'warn'>
  /** Contents of each file as last read. */
  readonly #contents = new Map<string, string>()
  readonly #watchers: (() => void)[] = []

  constructor({ passkeyFile, allowFile, banFile, ban = [] }: Given, log: Pick<HubLog, 'info' | 'warn'>) {
    this.#log = log
    this.#files = [
      passkeyFile !== undefined && {
        file: passkeyFile,
        what: 'passkey',
        isValid: isPasskey,
        toLists: (passkeys: readonly string[]) => ({ passkeys }),
      },
      allowFile !== undefined && {
        file: allowFile,
        what: 'info hash',
        isValid: isInfoHash,
        toLists: (allowedHashes: readonly string[]) => ({ allowedHashes }),
      },
      banFile !== undefined && {
        file: banFile,
        what: 'address or network',
        isValid: isNetwork,
        toLists: (banned: readonly string[]) => ({ bannedAddresses: [...ban, ...banned] }),
      },
    ].filter(each => each !== false)
  }

  /** Throws SetupError if a file cannot be read or has an invalid line. */
  read(): TrackerLists {
    return Object.assign({}, ...this.#files.map(each => each.toLists(this.#lines(each))))
  }

  /** Reloads changed files. An invalid file does not change its list. */
  readAgain(access: Pick<AccessRules, 'setLists'>): void {
    for (const each of this.#files) {
      const before = this.#contents.get(each.file)
      try {
        const lines = this.#lines(each)
        if (this.#contents.get(each.file) === before) continue
        access.setLists(each.toLists(lines))
        this.#log.info('The list was reloaded', { file: each.file, lines: lines.length })
      } catch (error) {
        if (!(error instanceof SetupError)) throw error
        this.#log.warn(`${error.message}: the list is unchanged`, { file: each.file })
      }
    }
  }

  /** Reloads files when they change. */
  watch(
    access: Pick<AccessRules, 'setLists'>,
    { pollMs, quietMs } = { pollMs: POLL_MS, quietMs: QUIET_MS },
  ): void {
    let timer: NodeJS.Timeout | undefined
    const onChange = () => {
      clearTimeout(timer)
      timer = setTimeout(() => this.readAgain(access), quietMs).unref()
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

  /**
   * Returns the non-empty lines, without comments after #. Errors do not quote the line, which may
   * be a secret passkey.
   */
  #lines({ file, what, isValid }: ListFile): string[] {
    const content = fileText(file)
    const lines = content.split('\n').flatMap((line, at) => {
      const text = line.replace(/#.*/, '').trim()
      if (text === '') return []
      if (!isValid(text)) throw new SetupError(`${file}: line ${at + 1} is not a valid ${what}`)
      return [text]
    })
    this.#contents.set(file, content)
    return lines
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
