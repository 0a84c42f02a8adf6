/** Makes text safe for terminals. */

/**
 * Names are untrusted: control characters could move the cursor or worse, and reversed text could
 * disguise a name.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it finds.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g
/** Invisible characters, such as those that change the direction of text. */
export const HIDDEN_CHARACTERS =
  /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udfff]/gu

/** ASCII replacements for letters and punctuation in our own texts. */
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

/**
 * Replaces everything that a terminal would interpret. Without UTF-8, letters become ASCII, or
 * question marks.
 */
export function printable(text: string, { unicode = true }: { unicode?: boolean } = {}): string {
  const mark = unicode ? '\ufffd' : '?'
  const safe = text.replace(CONTROLS, mark).replace(HIDDEN_CHARACTERS, mark)
  return unicode ? safe : safe.replace(/[^ -~]/gu, character => ASCII[character] ?? withoutAccent(character))
}

/** Returns `e` for `é`; a question mark for anything that is not such a letter. */
function withoutAccent(character: string): string {
  const [letter] = character.normalize('NFD')
  return letter !== undefined && /[ -~]/.test(letter) ? letter : '?'
}
