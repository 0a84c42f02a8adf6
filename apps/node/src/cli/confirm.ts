import { createInterface } from 'node:readline/promises'
import { UsageError } from '@shoal/options'
import { texts } from './texts.ts'

/** Returns whether a user at a terminal can answer questions. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/**
 * Asks the user to confirm. Throws UsageError with the text `otherwise` if there is no terminal.
 */
export async function confirm(question: string, otherwise: string, signal: AbortSignal): Promise<boolean> {
  if (!canAsk()) throw new UsageError(otherwise)
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  // Raised as a signal, so that Ctrl-C works as usual.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    const answer = await lines.question(`${question} ${texts.ask.yes} `, { signal })
    return new RegExp(texts.ask.yesPattern, 'i').test(answer.trim())
  } finally {
    lines.close()
  }
}
