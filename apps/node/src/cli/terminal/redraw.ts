/** Lines that stay in their place on a terminal and change. */
import type { Terminal } from '../output.ts'

export class Redraw {
  readonly #terminal: Terminal
  #drawn = 0
  #last = ''

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    terminal.write('\u001b[?25l')
    process.once('exit', this.#showCursor)
  }

  /** Lines must be printable, and narrower than the terminal. Those that do not fit below each other are left out. */
  draw(lines: readonly string[]): void {
    const shown = lines.slice(0, Math.max(1, this.#terminal.rows - 1))
    const text = shown.map(line => `${line}\n`).join('')
    if (text === this.#last) return
    const back = this.#drawn > 0 ? `\u001b[${this.#drawn}A\r\u001b[J` : ''
    this.#terminal.write(back + text)
    this.#last = text
    this.#drawn = shown.length
  }

  /** Leaves the last lines standing. */
  close(): void {
    process.off('exit', this.#showCursor)
    this.#showCursor()
  }

  readonly #showCursor = () => this.#terminal.write('\u001b[?25h')
}
