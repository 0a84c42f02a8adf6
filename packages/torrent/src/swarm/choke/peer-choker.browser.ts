/** Pages recognize nobody, so that all peers are equal. */
export { Choker as PeerChoker } from '../../pieces/choker.ts'
