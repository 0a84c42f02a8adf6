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

  /** Collapses white space of any length and kind into one space. */
  add(text: string): void {
    if (this.isFull) return
    const plain = collapse(text)
    // A space at the end of one part and the start of the next is one space.
    const rest = this.#inWord ? plain : plain.trimStart()
    if (rest === '') return
    const part = rest.slice(0, this.#maxUnits - this.#units)
    this.#truncated ||= part.length < rest.length
    this.#parts.push(part)
    this.#units += part.length
    this.#inWord = !part.endsWith(' ')
  }

  /** Starts a new paragraph. */
  break(): void {
    if (this.#inWord) this.add(' ')
  }

  /** Whether the limit has been reached. */
  get isFull(): boolean {
    this.#truncated ||= this.#units >= this.#maxUnits
    return this.#units >= this.#maxUnits
  }

  /** Whether text was, or may have been, left out. */
  get truncated(): boolean {
    return this.#truncated
  }

  /** Returns the text with accents composed with their letters (NFC). */
  text(): string {
    return this.#parts.join('').toWellFormed().normalize('NFC').slice(0, this.#maxUnits).trim()
  }
}

function collapse(text: string): string {
  // Replace control characters, too.
  return text.replace(/[\s\p{Cc}]+/gu, ' ')
}
