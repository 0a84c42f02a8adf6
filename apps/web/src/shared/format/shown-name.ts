// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it finds.
const DISGUISES = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/**
 * A stranger's name as it is shown: marks that turn the direction of text, with which `exe.gpj` poses as a picture, and control characters become
 * visible. As long as the name itself.
 */
export function shownName(name: string): string {
  return name.replace(DISGUISES, '\ufffd')
}
