import { generateKeyPairSync, sign } from 'node:crypto'
import type { BencodeInput } from '../../bencode/bencode.ts'
import { type MutableItem, signItem } from './item.ts'

/** A key pair that signs items, for tests. */
export class ItemOwner {
  readonly publicKey: Uint8Array
  readonly sign: (message: Uint8Array) => Uint8Array

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    this.publicKey = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32))
    this.sign = message => new Uint8Array(sign(null, message, privateKey))
  }

  item(seq: number | bigint, value: BencodeInput, salt: Uint8Array = new Uint8Array(0)): MutableItem {
    const { publicKey, sign } = this
    return signItem({ publicKey, sign, salt, seq: BigInt(seq), value })
  }
}
