/** Nothing in a page's storage was put there by others: the record has the layers of what is complete. */
export function provableFiles(): number[] {
  return []
}

export function provedLayers(): Map<string, Uint8Array> {
  return new Map()
}
