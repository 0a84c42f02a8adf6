/** Passphrases: typed without being shown, or the first line of a file. Never words of a command, which others on the machine can read. */
import { readFile } from 'node:fs/promises'
import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { text as readAll } from 'node:stream/consumers'
import { UsageError } from '../base/failure.ts'
import { canAsk } from './confirm.ts'
import { CommandFailure, fileFailure } from './failure.ts'
import { texts } from './texts.ts'

export interface SecretOptions {
  readonly signal: AbortSignal
  /** A file whose first line it is; `-` for standard input. Then nobody is asked. */
  readonly file?: string | undefined
  /** The option that names the file, for who cannot be asked. */
  readonly option: string
  /** Ask twice, for one that is new. */
  readonly twice?: boolean
}

/** Asks `question`, or reads the file. Rejects with UsageError where nobody can be asked, and with a Failure for an empty one. */
export async function askSecret(question: string, options: SecretOptions): Promise<string> {
  const { file, option, twice = false, signal } = options
  const secret = file === undefined ? await ask(question, option, signal) : await fromFile(file, option)
  if (secret === '')
    throw new CommandFailure(
      'bad-argument',
      file === undefined ? texts.ask.emptyInput : texts.ask.emptyFile({ file }),
    )
  if (
    twice &&
    file === undefined &&
    (await ask(texts.ask.passphraseAgain({ question }), option, signal)) !== secret
  )
    throw new CommandFailure('bad-argument', texts.ask.different)
  return secret
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
  // The line editor echoes into this, so nothing is shown.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true, historySize: 0 })
  // Only now: the terminal itself would show what is typed before.
  process.stderr.write(`${question}: `)
  // Read as a signal, so that Ctrl-C does here what it does elsewhere.
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
