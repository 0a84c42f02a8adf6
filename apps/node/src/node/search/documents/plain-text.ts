import { Failure } from '@shoal/daemon/failure'
import type { TextSink } from './text-sink.ts'

const BOMS: readonly (readonly [encoding: string, ...bytes: number[]])[] = [
  ['utf-8', 0xef, 0xbb, 0xbf],
  ['utf-16le', 0xff, 0xfe],
  ['utf-16be', 0xfe, 0xff],
]
/** Number of bytes examined to distinguish text from binary data. */
const SAMPLE_BYTES = 64 << 10
const MAX_CONTROL_SHARE = 0.02
const CHUNK_BYTES = 256 << 10

/**
 * Decodes bytes as text, until the sink is full. Throws `bad-document` if the bytes are not text.
 */
export function extractPlainText(bytes: Uint8Array, sink: TextSink): void {
  for (const text of decodeText(bytes)) {
    sink.add(text)
    if (sink.isFull) return
  }
}

/**
 * Uses the byte order mark, otherwise UTF-8 if valid, otherwise the named encoding, otherwise
 * Windows-1252, which decodes any bytes. Decodes in parts. Throws `bad-document` if the bytes are
 * not text.
 */
export function* decodeText(bytes: Uint8Array, named?: string): Generator<string> {
  const marked = BOMS.find(([, ...bom]) => bom.every((byte, at) => bytes[at] === byte))?.[0]
  if (!marked && looksBinary(bytes)) throw new Failure('bad-document', 'the file is not text')
  const decoder = new TextDecoder(marked ?? (isUtf8(bytes) ? 'utf-8' : knownEncoding(named)))
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    yield decoder.decode(bytes.subarray(at, at + CHUNK_BYTES), { stream: true })
  yield decoder.decode()
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function knownEncoding(named = 'windows-1252'): string {
  try {
    return new TextDecoder(named).encoding
  } catch {
    return 'windows-1252'
  }
}

function looksBinary(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  let controls = 0
  for (const byte of sample) {
    if (byte === 0) return true
    // Tab, line feed, form feed, carriage return and escape are allowed in text.
    if (byte < 32 && ![9, 10, 12, 13, 27].includes(byte)) controls++
  }
  return controls > sample.length * MAX_CONTROL_SHARE
}
