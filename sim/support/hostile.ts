import type { Hostile } from '../scenarios.ts'
import { stranger } from './stranger.ts'
import type { World } from './world.ts'

/** Adds a peer that claims to be a seed and misbehaves. Returns its address. */
export function behave(world: World, kind: Hostile): Promise<string> {
  const { content, layout } = world.torrent
  const { pieceLengthBytes, pieceCount } = layout
  return stranger(world, peer => {
    if (kind === 'closer') peer.connection.close()
    else if (kind === 'flooder')
      for (let i = 0; i < 700; i++) peer.block(i % pieceCount, 0, new Uint8Array(16 * 1024))
    else if (kind === 'liar') peer.serves = { content: new Uint8Array(content.length), pieceLengthBytes }
    else if (kind === 'rare-liar') {
      peer.serves = { content, pieceLengthBytes }
      let count = 0
      peer.answers = (piece, begin, length) => {
        if (++count % 5) return true
        peer.block(piece, begin, new Uint8Array(length))
        return false
      }
    }
  })
}
