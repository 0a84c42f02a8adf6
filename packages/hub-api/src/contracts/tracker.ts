import { contract } from '@shoal/api/contract'

/** The tracker. Its clients speak the protocols of BitTorrent, so that it has no operations. */
export const TRACKER = contract({ name: 'tracker' })
