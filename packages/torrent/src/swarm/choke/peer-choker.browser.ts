/** Pages do not recognize peers, so all peers are equal. */
export { Choker as PeerChoker } from '../../pieces/choker.ts'
