import { decodeMessage, encodeMessage } from '../../packages/network/src/kad/messages.ts'
import { readFields, writeFields } from '../../packages/network/src/kad/protobuf.ts'
import type { Drivers } from '../parser.ts'
import { driver } from './driver.ts'

export const DRIVERS: Drivers = {
  'kad-message': driver(decodeMessage, encodeMessage),
  protobuf: driver((bytes: Uint8Array) => [...readFields(bytes)], writeFields),
}
