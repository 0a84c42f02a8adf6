/** Pages accept no connections. */
export function openPortMapper(): null {
  return null
}
