/** Helpers without any input or output that other packages use, too. */
export * from './bytes.ts'
export { formatIp, parseIp } from './ip.ts'
export { ipNeighborhood, ipOwner } from './ip-owner.ts'
export { isLocalIp } from './local-address.ts'
export { type Random, seededRandom, shuffle, systemRandom } from './random.ts'
export * from './xor-distance.ts'
