/**
 * Code pages of Windows and IBM whose encodings have other names in the Encoding Standard. The
 * names of others contain their number.
 */
const CODE_PAGES: Readonly<Record<number, string>> = {
  866: 'ibm866',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  20866: 'koi8-r',
  21866: 'koi8-u',
  20932: 'euc-jp',
  51932: 'euc-jp',
  51949: 'euc-kr',
  54936: 'gb18030',
}

/**
 * Finds the decoder of an encoding by its name or by the number of its code page, such as `936`,
 * `CP936` and `ms936`. Null for labels that no standard defines and for encodings that are not
 * supersets of ASCII.
 */
export function legacyDecoder(label: string | undefined): TextDecoder | null {
  const [, digits] = /^\s*(?:cp|ms|windows|ibm|x-cp)?[-_ ]?(\d{3,5})\s*$/i.exec(label ?? '') ?? []
  try {
    const decoder = new TextDecoder(digits ? codePage(Number(digits)) : label, {
      fatal: true,
      ignoreBOM: true,
    })
    return /^(utf-|x-user-defined)/.test(decoder.encoding) ? null : decoder
  } catch {
    return null
  }
}

function codePage(number: number): string {
  // 28591 to 28605: ISO 8859, parts 1 to 15.
  if (number > 28590 && number <= 28605) return `iso-8859-${number - 28590}`
  return CODE_PAGES[number] ?? `windows-${number}`
}
