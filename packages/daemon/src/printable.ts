/** Text on a terminal: what it may contain. */

/** Names come from strangers: control characters could move the cursor or worse, and reversed text could disguise a name. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it finds.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g
/** Characters without a shape, such as those that turn the direction of text around. */
export const HIDDEN_CHARACTERS =
  /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udfff]/gu

/** Letters and punctuation of our own texts as ASCII. */
const ASCII: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  Ä: 'Ae',
  Ö: 'Oe',
  Ü: 'Ue',
  ß: 'ss',
  '„': '"',
  '“': '"',
  '–': '-',
  '…': '...',
}

/** Replaces everything that a terminal would obey. Without UTF-8, letters become ASCII, or question marks. */
export function printable(text: string, { unicode = true }: { unicode?: boolean } = {}): string {
  const mark = unicode ? '\ufffd' : '?'
  const safe = text.replace(CONTROLS, mark).replace(HIDDEN_CHARACTERS, mark)
  return unicode ? safe : safe.replace(/[^ -~]/gu, character => ASCII[character] ?? withoutAccent(character))
}

/** `e` for `é`; a question mark for what is not such a letter. */
function withoutAccent(character: string): string {
  const [letter] = character.normalize('NFD')
  return letter !== undefined && /[ -~]/.test(letter) ? letter : '?'
}
