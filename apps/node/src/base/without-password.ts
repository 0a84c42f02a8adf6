/** Removes user names and passwords from URLs in a text that is shown or logged. */
export function withoutPassword(text: string): string {
  return text.replace(/:\/\/[^/?#\s]*@/, '://')
}
