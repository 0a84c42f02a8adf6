/** The message of an error, with a capital letter. */
export function errorMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.charAt(0).toUpperCase() + message.slice(1)
}
