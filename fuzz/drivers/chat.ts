import { encodeContent, readContent } from '../../packages/chat/src/conversations/contents.ts'
import { decodeFrame, encodeFrame } from '../../packages/chat/src/direct/frames.ts'
import { decodeSignal, encodeSignal } from '../../packages/chat/src/direct/signal.ts'
import { encodeEnvelope, readEnvelope } from '../../packages/chat/src/envelope/envelope.ts'
import type { Drivers } from '../parser.ts'
import { driver } from './driver.ts'

export const DRIVERS: Drivers = {
  'chat-envelope': driver(readEnvelope, envelope => envelope && encodeEnvelope(envelope)),
  'chat-direct': driver(decodeFrame, frame => frame && encodeFrame(frame)),
  'chat-signal': driver(decodeSignal, encodeSignal),
  'chat-content': driver(
    (bytes: Uint8Array) => readContent('text', bytes),
    content => content && encodeContent(content),
  ),
}
