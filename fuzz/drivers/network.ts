import { decodeEntry } from '../../packages/network/src/entries/entry.ts'
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../packages/network/src/indexing/messages.ts'
import { decodeMessage, encodeMessage } from '../../packages/network/src/kad/messages.ts'
import { readFields, writeFields } from '../../packages/network/src/kad/protobuf.ts'
import type { Drivers } from '../parser.ts'
import { driver } from './driver.ts'

export const DRIVERS: Drivers = {
  'kad-message': driver(decodeMessage, encodeMessage),
  'index-request': driver(decodeRequest, encodeRequest),
  'index-response': driver(decodeResponse, encodeResponse),
  'search-entry': driver(decodeEntry, ({ bytes }) => bytes),
  protobuf: driver((bytes: Uint8Array) => [...readFields(bytes)], writeFields),
}
