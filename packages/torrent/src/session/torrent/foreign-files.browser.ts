/** Resolves to null: the files of a page's storage are the page's own. */
export async function avoidForeign(): Promise<null> {
  return null
}
