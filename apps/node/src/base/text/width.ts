/** Text on a terminal: what it may contain, and how many columns it takes. */

/** Control characters move the cursor or worse, and reversed text shows a name as what it is not. Names come from strangers. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it finds.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g
const DIRECTIONS = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udfff]/gu

/** The text without what a terminal would obey. Where it shows no UTF-8, other letters become question marks. */
export function printable(text: string, { unicode = true }: { unicode?: boolean } = {}): string {
  const mark = unicode ? '\ufffd' : '?'
  const safe = text.replace(CONTROLS, mark).replace(DIRECTIONS, mark)
  return unicode ? safe : safe.replace(/[^ -~]/gu, '?')
}

const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u
const PLAIN = /^[ -~]*$/
let segmenter: Intl.Segmenter | undefined

/** Columns that printable text takes: two for a wide character, none for a combining mark. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const character of charactersOf(text)) width += widthOfCharacter(character)
  return width
}

/** The text, cut with an ellipsis in its middle where it takes more than `columns`. The end of a file's name tells as much as its start. */
export function shorten(
  text: string,
  columns: number,
  { unicode = true }: { unicode?: boolean } = {},
): string {
  if (widthOf(text) <= columns) return text
  const ellipsis = unicode ? '…' : '..'
  const room = columns - ellipsis.length
  if (room < 1) return take(charactersOf(text), columns)
  const end = take(charactersOf(text).reverse(), Math.floor(room / 2), true)
  return take(charactersOf(text), room - widthOf(end)) + ellipsis + end
}

/** The text with spaces after it, `columns` wide. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)))
}

/** Lines of at most `columns`, broken between words. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? lines : [...lines, line]
}

function take(characters: readonly string[], columns: number, backwards = false): string {
  let text = ''
  let width = 0
  for (const character of characters) {
    width += widthOfCharacter(character)
    if (width > columns) break
    text = backwards ? character + text : text + character
  }
  return text
}

/** As a reader sees them: a letter with its marks is one. */
function charactersOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter()
  return [...segmenter.segment(text)].map(({ segment }) => segment)
}

function widthOfCharacter(character: string): number {
  if (ZERO_WIDTH.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
