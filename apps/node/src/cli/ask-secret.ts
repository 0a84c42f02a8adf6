/**
 * Passphrases are typed without echo or read from a file. They are never arguments, because other
 * users of the machine can read those.
 */
import { readFile } from 'node:fs/promises'
import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { text as readAll } from 'node:stream/consumers'
import { UsageError } from '@shoal/options'
import { SHOAL } from '../base/program.ts'
import { canAsk } from './confirm.ts'
import { CommandFailure, fileFailure } from './failure.ts'
import { texts } from './texts.ts'

export interface SecretOptions {
  readonly signal: AbortSignal
  /**
   * A file whose first line is the passphrase; `-` for standard input. Without it, the user is
   * asked.
   */
  readonly file?: string | undefined
  /** The option that names the file, for errors. */
  readonly option: string
  /** Whether to ask twice, for a new passphrase. */
  readonly twice?: boolean
  /** Accept a new one that is easy to guess. */
  readonly allowWeak?: boolean
}

/**
 * Asks `question`, or reads the file. Rejects with UsageError if there is no terminal to ask on,
 * and with a Failure if the passphrase is empty, or new and easy to guess.
 */
export async function askSecret(question: string, options: SecretOptions): Promise<string> {
  const { file, option, twice = false, allowWeak = false, signal } = options
  const secret = file === undefined ? await ask(question, option, signal) : await fromFile(file, option)
  if (secret === '')
    throw new CommandFailure(
      'bad-argument',
      file === undefined ? texts.ask.emptyInput : texts.ask.emptyFile({ file }),
    )
  if (twice && !allowWeak) await refuseWeak(secret)
  if (
    twice &&
    file === undefined &&
    (await ask(texts.ask.passphraseAgain({ question }), option, signal)) !== secret
  )
    throw new CommandFailure('bad-argument', texts.ask.different)
  return secret
}

async function refuseWeak(passphrase: string): Promise<void> {
  const { isWeak } = await import('@shoal/identity/passphrases')
  if (isWeak(passphrase)) throw new CommandFailure('weak-passphrase', texts.ask.weak({ shoal: SHOAL }))
}

async function fromFile(file: string, option: string): Promise<string> {
  if (file === '-' && process.stdin.isTTY) throw new UsageError(texts.ask.stdinIsTerminal({ option }))
  const text =
    file === '-'
      ? await readAll(process.stdin)
      : await readFile(file, 'utf8').catch(error => {
          throw fileFailure(error, file)
        })
  return text.split(/\r?\n/, 1)[0]!
}

async function ask(question: string, option: string, signal: AbortSignal): Promise<string> {
  if (!canAsk()) throw new UsageError(texts.ask.cannotAsk({ option }))
  // readline echoes into this, so that nothing is shown.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true, historySize: 0 })
  // Only now, because the terminal itself echoes what is typed before.
  process.stderr.write(`${question}: `)
  // Raised as a signal, so that Ctrl-C works as usual.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    return await answer(lines, signal)
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}

function answer(lines: Interface, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  lines.question('', { signal }, resolve)
  lines.on('close', () => resolve(''))
  return promise.finally(() => signal.removeEventListener('abort', stop))
}
