/** Collects the text of a document, up to a limit. */
export class TextSink {
  readonly #maxUnits: number
  readonly #parts: string[] = []
  #units = 0
  #truncated = false
  /** No space was written since the last word. */
  #inWord = false

  constructor(maxUnits: number) {
    this.#maxUnits = maxUnits
  }

  /** White space of any length and kind becomes one space. */
  add(text: string): void {
    if (this.isFull) return
    const plain = collapse(text)
    // A space between two pieces is one space, whichever of them has it.
    const rest = this.#inWord ? plain : plain.trimStart()
    if (rest === '') return
    const part = rest.slice(0, this.#maxUnits - this.#units)
    this.#truncated ||= part.length < rest.length
    this.#parts.push(part)
    this.#units += part.length
    this.#inWord = !part.endsWith(' ')
  }

  /** Between two paragraphs. */
  break(): void {
    if (this.#inWord) this.add(' ')
  }

  /** Nothing more is taken. */
  get isFull(): boolean {
    this.#truncated ||= this.#units >= this.#maxUnits
    return this.#units >= this.#maxUnits
  }

  /** Some was left out, or may have been. */
  get truncated(): boolean {
    return this.#truncated
  }

  /** With accents in one sign with their letters. */
  text(): string {
    return this.#parts.join('').toWellFormed().normalize('NFC').slice(0, this.#maxUnits).trim()
  }
}

function collapse(text: string): string {
  // Control characters have no place in text either.
  return text.replace(/[\s\p{Cc}]+/gu, ' ')
}
