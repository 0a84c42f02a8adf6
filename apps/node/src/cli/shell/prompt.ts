/** Reads a line of the shell on the terminal. */
import { createInterface } from 'node:readline'
import type { Completion } from './complete.ts'
import { MOST_LINES } from './history.ts'

export interface PromptOptions {
  readonly text: string
  readonly history: readonly string[]
  complete(line: string): Promise<Completion>
}

/** `line`: a line was entered. `cancelled`: Ctrl-C. `end`: Ctrl-D. */
export type Answer =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'end' }

/**
 * Opens the terminal for one line only: a running command finds it in its normal mode, so that
 * Ctrl-C is a signal and questions can be asked.
 */
export function prompt({ text, history, complete }: PromptOptions): Promise<Answer> {
  let isOpen = true
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: true,
    prompt: text,
    history: [...history],
    historySize: MOST_LINES,
    removeHistoryDuplicates: true,
    completer: (line: string, callback: (error: Error | null, result: Completion) => void) =>
      // On failure, offer nothing.
      complete(line).then(
        result => isOpen && callback(null, result),
        () => isOpen && callback(null, [[], line]),
      ),
  })
  return new Promise(resolve => {
    const end = (answer: Answer) => {
      isOpen = false
      // Before `close`, whose event would resolve with `end`.
      resolve(answer)
      lines.close()
    }
    lines.once('line', line => end({ kind: 'line', line }))
    lines.once('SIGINT', () => {
      // Like other shells, keep the typed text on screen and start a new line.
      process.stdout.write('^C\n')
      end({ kind: 'cancelled' })
    })
    lines.once('close', () => resolve({ kind: 'end' }))
    lines.prompt()
  })
}
