import { readAddress } from '../../packages/tracker/src/base/address.ts'
import { HEAD, headerObject, RequestHead } from '../../packages/tracker/src/http/head.ts'
import { TrackerTarget } from '../../packages/tracker/src/http/target.ts'
import { readChanges } from '../../packages/tracker/src/join/changes.ts'
import { readBeat, readFrame } from '../../packages/tracker/src/join/frames.ts'
import { MemoryStore } from '../../packages/tracker/src/memory/memory-store.ts'
import { Announce } from '../../packages/tracker/src/store.ts'
import {
  ANNOUNCE_BYTES,
  isConnect,
  parsePasskey,
  readAnnounce,
  readOtherAddress,
  readTransfers,
  readUrlData,
} from '../../packages/tracker/src/udp/udp-packets.ts'
import { readHash, readMessage } from '../../packages/tracker/src/ws/messages.ts'
import type { Drivers } from '../parser.ts'
import { driver } from './driver.ts'

export const DRIVERS: Drivers = {
  'tracker-http-head': driver((bytes: Uint8Array) => {
    const head = new RequestHead()
    const end = head.read(bytes, 0, bytes.length)
    if (end === HEAD.malformed || end === HEAD.incomplete) return
    headerObject(Buffer.from(bytes), 0, end)
    if (end > bytes.length || head.targetTo > end || head.hostTo > end)
      throw new Error('an offset past the end')
  }),
  'tracker-http-target': driver((bytes: Uint8Array) => {
    const target = new TrackerTarget()
    target.wantsTransfers = true
    target.read(bytes, 0, bytes.length, new Announce())
  }),
  'tracker-udp': driver((bytes: Uint8Array) => {
    isConnect(bytes)
    if (bytes.length < ANNOUNCE_BYTES) return
    const announce = new Announce()
    readAnnounce(bytes, announce)
    readOtherAddress(bytes)
    readTransfers(bytes, announce)
    parsePasskey(readUrlData(bytes))
  }),
  'tracker-ws': driver((text: string) => {
    const message = readMessage(text)
    if (typeof message !== 'string' && message.kind !== 'scrape') readHash(message.hash, new Int32Array(5))
  }),
  'tracker-frame': driver((bytes: Uint8Array) => {
    const frame = readFrame(bytes)
    if (frame) readBeat(frame, 1000)
  }),
  'tracker-changes': driver((bytes: Uint8Array) => {
    const store = new MemoryStore({ maxPeers: 100 })
    readChanges(bytes, 0, store)
    if (store.stats().swarms > 100) throw new Error('too many swarms')
  }),
  'tracker-address': driver((text: string) => readAddress(text, new Int32Array(4))),
}
