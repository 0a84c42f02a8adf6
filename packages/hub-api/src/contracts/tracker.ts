import { contract } from '@shoal/api/contract'

/** The tracker. It has no operations, since its clients use the BitTorrent protocols. */
export const TRACKER = contract({ name: 'tracker' })
