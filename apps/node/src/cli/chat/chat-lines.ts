/**
 * The lines that a user enters while a conversation is shown: typed below it on a terminal, or read
 * from a pipe.
 */
import { createInterface, cursorTo, type Interface, moveCursor } from 'node:readline'
import { widthOf } from '../../base/width.ts'
import type { Terminal } from '../output.ts'

const PROMPT = '> '
const CLEAR_BELOW = '\u001b[J'

export interface ChatLinesOptions {
  /** The terminal on which lines are typed; null if they come from a pipe. */
  readonly terminal: Terminal | null
  /** A line without surrounding spaces; never empty. */
  line(text: string): void
  /** Called when the user types on a terminal, or has cleared the line (false). */
  typing(isTyping: boolean): void
  /** The input has ended: Ctrl-D, or the end of the pipe. */
  end(): void
}

export class ChatLines {
  readonly #lines: Interface
  readonly #terminal: Terminal | null
  readonly #onKey: () => void

  constructor({ terminal, line, typing, end }: ChatLinesOptions) {
    this.#terminal = terminal
    this.#lines = createInterface({
      input: process.stdin,
      ...(terminal && { output: process.stdout, terminal: true, historySize: 0, prompt: PROMPT }),
      crlfDelay: Number.POSITIVE_INFINITY,
    })
    this.#lines.on('line', text => {
      // The message itself is shown once the node has it.
      if (terminal) this.#clear(Math.floor(widthOf(this.#lines.getPrompt() + text) / terminal.columns) + 1)
      if (text.trim() !== '') line(text.trim())
      if (terminal) this.#draw()
    })
    this.#lines.on('close', end)
    // Raised as a signal, so that Ctrl-C works as usual.
    this.#lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    // Runs after readline has changed the line.
    this.#onKey = () => setImmediate(() => typing(this.#lines.line !== ''))
    if (!terminal) return
    process.stdin.on('keypress', this.#onKey)
    this.#lines.prompt()
  }

  /** Prints above the line that is being typed. */
  print(write: () => void): void {
    if (!this.#terminal) return write()
    this.#clear(this.#lines.getCursorPos().rows)
    write()
    this.#draw()
  }

  /** Shows a note before the line. */
  note(text: string): void {
    const prompt = text + PROMPT
    if (!this.#terminal || prompt === this.#lines.getPrompt()) return
    this.#clear(this.#lines.getCursorPos().rows)
    this.#lines.setPrompt(prompt)
    this.#draw()
  }

  close(): void {
    process.stdin.off('keypress', this.#onKey)
    this.#lines.removeAllListeners('close')
    if (this.#terminal) this.#clear(this.#lines.getCursorPos().rows)
    this.#lines.close()
    process.stdin.unref()
  }

  /**
   * Draws the line at the cursor. readline would first move up by the rows that it remembers, which
   * have been cleared.
   */
  #draw(): void {
    Object.assign(this.#lines, { prevRows: 0 })
    this.#lines.prompt(true)
  }

  #clear(rows: number): void {
    moveCursor(process.stdout, 0, -rows)
    cursorTo(process.stdout, 0)
    this.#terminal!.write(CLEAR_BELOW)
  }
}
