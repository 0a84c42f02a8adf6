/** Lines that stay in their place at the bottom of a terminal and change. */
import type { Terminal } from '../output.ts'

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
const CLEAR_BELOW = '\u001b[J'

export class Redraw {
  readonly #terminal: Terminal
  /** Number of lines above the cursor that are redrawn. */
  #drawn = 0
  #last = ''

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    terminal.write(HIDE_CURSOR)
    process.once('exit', this.#showCursor)
  }

  /**
   * Lines must be printable and narrower than the terminal. Lines that do not fit on the screen are
   * omitted.
   */
  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, Math.max(1, this.#terminal.rows - 1))
    const text = shown.map(line => `${line}\n`).join('')
    if (text === this.#last) return
    this.#terminal.write(this.#clear() + text)
    this.#last = text
    this.#drawn = shown.length
  }

  /** Replaces the lines by permanent text. The caller then draws them again below it. */
  writeAbove(text: string): void {
    this.#terminal.write(this.#clear() + text)
    this.#last = ''
  }

  /** Stops redrawing. The last lines stay. */
  close(): void {
    process.off('exit', this.#showCursor)
    this.#showCursor()
  }

  /** Moves the cursor to the first line and clears the lines. */
  #clear(): string {
    const clear = this.#drawn > 0 ? `\u001b[${this.#drawn}A\r${CLEAR_BELOW}` : ''
    this.#drawn = 0
    return clear
  }

  readonly #showCursor = () => this.#terminal.write(SHOW_CURSOR)
}
