// biome-ignore lint/suspicious/noControlCharactersInRegex: it matches control characters
const DISGUISES = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/**
 * Makes a stranger's name safe to display: control characters, and marks that reverse the text
 * direction (with which `exe.gpj` poses as an image), become visible. The length stays the same.
 */
export function shownName(name: string): string {
  return name.replace(DISGUISES, '\ufffd')
}
