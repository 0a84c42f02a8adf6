import { x25519Identity } from '../../packages/identity/src/age/x25519.ts'
import { openHeader } from '../../packages/sealed/src/age/open-header.ts'
import { bytesSource } from '../../packages/sealed/src/byte-source.ts'
import { readContents } from '../../packages/sealed/src/tar/contents.ts'
import { decodeText as decodeTarText, parseHeader } from '../../packages/sealed/src/tar/header.ts'
import { readEntry } from '../../packages/sealed/src/tar/read-entry.ts'
import { fromHex } from '../../packages/torrent/src/base/bytes.ts'
import type { Drivers } from '../parser.ts'
import { driver } from './driver.ts'

export const DRIVERS: Drivers = {
  'sealed-header': driver((bytes: Uint8Array) =>
    openHeader(bytesSource(bytes), { identities: [x25519Identity(fromHex('11'.repeat(32))!)] }),
  ),
  tar: driver((bytes: Uint8Array) => readContents(bytesSource(bytes))),
  'tar-entry': driver((bytes: Uint8Array) => readEntry(bytesSource(bytes), 0)),
  'tar-header': driver((bytes: Uint8Array) => {
    decodeTarText(bytes)
    return bytes.length === 512 ? parseHeader(bytes) : null
  }),
}
