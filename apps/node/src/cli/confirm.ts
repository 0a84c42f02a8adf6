import { createInterface } from 'node:readline/promises'
import { UsageError } from '../base/failure.ts'
import { texts } from './texts.ts'

/** Whether somebody sits at a terminal. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** Asks a person. Throws UsageError where there is none to be asked; `otherwise` says what to write then. */
export async function confirm(question: string, otherwise: string, signal: AbortSignal): Promise<boolean> {
  if (!canAsk()) throw new UsageError(otherwise)
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  // Read as a signal, so that Ctrl-C does here what it does elsewhere.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    const answer = await lines.question(`${question} ${texts.ask.yes} `, { signal })
    return new RegExp(texts.ask.yesPattern, 'i').test(answer.trim())
  } finally {
    lines.close()
  }
}
