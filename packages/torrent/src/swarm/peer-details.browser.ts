/** Returns nothing: no page shows them. */
export function peerDetails(): object {
  return {}
}
