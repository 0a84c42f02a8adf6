/**
 * Returns true if both have the same bytes. Not for secrets: the time it takes depends on where
 * they differ.
 */
export function equalKeys(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  // All decoded CBOR is compared with its canonical form: a callback for each byte takes ten times
  // as long.
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}
