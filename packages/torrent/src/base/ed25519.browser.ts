/** Returns false: browsers have no DHT, whose items are all that the engine verifies. */
export function verifyEd25519(_publicKey: Uint8Array, _message: Uint8Array, _signature: Uint8Array): boolean {
  return false
}
