/** Maximum length of a name of a device or a person, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 64

/**
 * Returns true for 1 to 64 bytes of UTF-8 without control characters, and without invisible ones
 * that reverse the text around them.
 */
export function isShownName(name: string): boolean {
  const length = new TextEncoder().encode(name).length
  // Emoji can consist of several characters joined by U+200D.
  return length > 0 && length <= MAX_NAME_BYTES && !/(?!\u200d)[\p{Cc}\p{Cf}]/u.test(name)
}
