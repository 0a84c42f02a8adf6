/** Returns true if both have the same bytes. Not for secrets: the time it takes depends on where they differ. */
export function equalKeys(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
