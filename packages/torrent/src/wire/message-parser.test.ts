import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, hex, utf8, writeU32 } from '../base/bytes.ts'
import { ShoalError } from '../base/errors.ts'
import { DEFAULT_MESSAGE_LIMITS, MessageParser } from './message-parser.ts'
import { MessageRecorder } from './message-recorder.ts'
import { MessageWriter } from './message-writer.ts'
import { BLOCK_HEADER_BYTES, type HashRange } from './messages.ts'

const u32 = fc.nat(0xffffffff)
const bytes = (maxLength: number, minLength = 0) => fc.uint8Array({ minLength, maxLength })
const range = fc.record({
  piecesRoot: bytes(32, 32),
  baseLayer: u32,
  index: u32,
  length: u32,
  proofLayers: u32,
})

/** A message as the writer encodes it, with the events that the parser must report. */
interface Sample {
  readonly bytes: Uint8Array
  readonly events: readonly string[]
}

function sample(write: (writer: MessageWriter) => void, ...events: string[]): Sample {
  const writer = new MessageWriter()
  write(writer)
  return { bytes: writer.take()!, events }
}

const rangeText = (it: HashRange) =>
  [hex(it.piecesRoot), it.baseLayer, it.index, it.length, it.proofLayers].join(' ')

const plainNames = [
  'choke',
  'unchoke',
  'interested',
  'notInterested',
  'haveAll',
  'haveNone',
  'keepAlive',
] as const

const samples: fc.Arbitrary<Sample> = fc.oneof(
  fc.constantFrom(...plainNames).map(name => sample(it => it[name](), name)),
  fc
    .tuple(fc.constantFrom('have', 'suggest', 'allowedFast'), u32)
    .map(([name, piece]) => sample(it => it[name](piece), `${name} ${piece}`)),
  fc
    .tuple(fc.constantFrom('request', 'cancel', 'reject'), u32, u32, u32)
    .map(([name, piece, begin, length]) =>
      sample(it => it[name](piece, begin, length), `${name} ${piece} ${begin} ${length}`),
    ),
  fc.nat(65535).map(port => sample(it => it.port(port), `port ${port}`)),
  bytes(200).map(bits => sample(it => it.bitfield(bits), `bitfield ${hex(bits)}`)),
  fc
    .tuple(fc.nat(255), bytes(300))
    .map(([id, payload]) => sample(it => it.extended(id, payload), `extended ${id} ${hex(payload)}`)),
  range.map(it => sample(writer => writer.hashRequest(it), `hashRequest ${rangeText(it)}`)),
  range.map(it => sample(writer => writer.hashReject(it), `hashReject ${rangeText(it)}`)),
  fc
    .tuple(range, fc.nat(5))
    .map(([it, count]) => [it, new Uint8Array(32 * count).fill(count)] as const)
    .map(([it, hashes]) => sample(out => out.hashes(it, hashes), `hashes ${rangeText(it)} ${hex(hashes)}`)),
  fc.tuple(u32, u32, bytes(400, 1)).map(([piece, begin, block]) => {
    const head = sample(it => it.blockHeader(piece, begin, block.length))
    return {
      bytes: concat([head.bytes, block]),
      events: [`blockStart ${piece} ${begin} ${block.length}`, `block ${hex(block)}`],
    }
  }),
  fc.tuple(fc.constantFrom(10, 11, 12, 18, 19, 24, 99, 255), bytes(100)).map(([id, payload]) => {
    const message = new Uint8Array(5 + payload.length)
    writeU32(message, 0, 1 + payload.length)
    message[4] = id
    message.set(payload, 5)
    return { bytes: message, events: [`unknown ${id}`] }
  }),
)

/**
 * Pushes the stream in chunks, cycling through the given sizes, from one buffer that is overwritten
 * after each push.
 */
function parse(stream: Uint8Array, sizes: readonly number[]): string[] {
  const recorder = new MessageRecorder()
  const parser = new MessageParser(recorder)
  const shared = new Uint8Array(Math.max(1, ...sizes))
  for (let at = 0, i = 0; at < stream.length; i++) {
    const chunk = stream.subarray(at, at + sizes[i % sizes.length]!)
    shared.set(chunk)
    parser.push(shared.subarray(0, chunk.length))
    shared.fill(0xee)
    at += chunk.length
  }
  return recorder.events
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 30 })

describe('MessageParser', () => {
  it('parses what the writer wrote, however the stream is split', () => {
    fc.assert(
      fc.property(fc.array(samples, { maxLength: 40 }), chunkSizes, (list, sizes) => {
        const stream = concat(list.map(it => it.bytes))
        const expected = list.flatMap(it => it.events)
        expect(parse(stream, [Math.max(1, stream.length)])).toEqual(expected)
        expect(parse(stream, sizes)).toEqual(expected)
        expect(parse(stream, [1])).toEqual(expected)
      }),
      { numRuns: 150 },
    )
  })

  it('reports the same events or the same error for arbitrary bytes, however they are split', () => {
    const run = (stream: Uint8Array, sizes: number[]) => {
      const recorder = new MessageRecorder()
      const parser = new MessageParser(recorder)
      let error: unknown = null
      try {
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length]!
          parser.push(stream.subarray(at, at + size))
          at += size
        }
      } catch (thrown) {
        error = thrown
      }
      if (error !== null) expect(error).toMatchObject({ name: 'ShoalError', code: 'bad-message' })
      return { events: recorder.events, failed: error !== null }
    }
    // Small lengths and known message IDs, so that some messages are parsed before the stream
    // fails.
    const noise = fc
      .array(fc.tuple(fc.oneof(fc.nat(20), u32), fc.nat(26), bytes(20)), { maxLength: 10 })
      .map(parts =>
        concat(
          parts.map(([length, id, payload]) => {
            const head = new Uint8Array(5)
            writeU32(head, 0, length)
            head[4] = id
            return concat([head, payload])
          }),
        ),
      )
    fc.assert(
      fc.property(fc.oneof(bytes(300), noise), chunkSizes, (stream, sizes) => {
        expect(run(stream, sizes)).toEqual(run(stream, [300]))
      }),
      { numRuns: 500 },
    )
  })

  it('passes blocks on as views into the pushed bytes', () => {
    const views: Uint8Array[] = []
    const recorder = new MessageRecorder()
    recorder.onBlockData = view => views.push(view)
    const block = new Uint8Array(16384).fill(7)
    const writer = new MessageWriter()
    writer.blockHeader(3, 16384, block.length)
    const stream = concat([writer.take()!, block])
    new MessageParser(recorder).push(stream)
    expect(views.map(view => [view.buffer === stream.buffer, view.byteOffset, view.length])).toEqual([
      [true, BLOCK_HEADER_BYTES, 16384],
    ])
    expect(recorder.events[0]).toBe('blockStart 3 16384 16384')
  })

  it.each([
    ['a length of 4 GB', 'ffffffff05'],
    ['a choke with a payload', '0000000200'],
    ['a have without a piece', '0000000104'],
    ['a short request', '0000000c06'],
    ['a long cancel', '0000000e08'],
    ['an empty block', '0000000907'],
    ['a block above 16 KiB', '0000400a07'],
    ['a bitfield above its limit', '0010000205'],
    ['an extended message without an ID', '0000000114'],
    ['an extended message above its limit', '0002000214'],
    ['hashes without a range', '0000003016'],
    ['hashes with half a hash', '0000004116'],
    ['hashes above their limit', '0000805116'],
    ['an unknown message above its limit', '0002000263'],
  ])('rejects %s as soon as its header has arrived', (_, head) => {
    const recorder = new MessageRecorder()
    const parser = new MessageParser(recorder)
    const stream = fromHex(head)!
    parser.push(stream.subarray(0, 4))
    expect(() => parser.push(stream.subarray(4))).toThrow(ShoalError)
    expect(() => new MessageParser(recorder).push(stream)).toThrow(/disconnect/)
    // The parser is stopped and ignores what follows.
    parser.push(fromHex('00000000')!)
    expect(recorder.events).toEqual([])
  })

  it('accepts the largest messages that the limits allow', () => {
    const { maxBitfieldBytes, maxHashesBytes, maxBlockBytes } = DEFAULT_MESSAGE_LIMITS
    const recorder = new MessageRecorder()
    const parser = new MessageParser(recorder)
    const writer = new MessageWriter()
    const it = { piecesRoot: new Uint8Array(32), baseLayer: 0, index: 0, length: 512, proofLayers: 9 }
    writer.bitfield(new Uint8Array(maxBitfieldBytes))
    writer.hashes(it, new Uint8Array(maxHashesBytes))
    writer.blockHeader(0, 0, maxBlockBytes)
    parser.push(writer.take()!)
    parser.push(new Uint8Array(maxBlockBytes))
    expect(recorder.events.map(event => event.split(' ')[0])).toEqual([
      'bitfield',
      'hashes',
      'blockStart',
      'block',
    ])
  })

  it('obeys custom limits', () => {
    const parser = new MessageParser(new MessageRecorder(), { maxBitfieldBytes: 2 })
    parser.push(fromHex('00000003050000')!)
    expect(() => parser.push(fromHex('0000000405000000')!)).toThrow(/2 to|1 to 3/)
  })

  it('makes no call after stop(), wherever that is called', () => {
    const writer = new MessageWriter()
    writer.have(1)
    writer.blockHeader(1, 0, 4)
    const stream = concat([writer.take()!, utf8('abcd'), fromHex('0000000100')!])
    const names = ['have 1', 'blockStart 1 0 4', 'block 61626364', 'choke']
    for (const size of [1, 5, stream.length]) {
      for (let count = 1; count <= names.length; count++) {
        const recorder = new MessageRecorder()
        const parser = new MessageParser(recorder)
        recorder.afterEvent = () => {
          if (recorder.events.length === count) parser.stop()
        }
        for (let at = 0; at < stream.length; at += size) parser.push(stream.subarray(at, at + size))
        expect(recorder.events).toEqual(names.slice(0, count))
      }
    }
  })

  it('makes no call after stop() in the middle of a block', () => {
    const recorder = new MessageRecorder()
    const parser = new MessageParser(recorder)
    recorder.onBlockData = () => parser.stop()
    parser.push(concat([fromHex('0000000a070000000000000000')!, Uint8Array.of(1)]))
    expect(recorder.events).toEqual(['blockStart 0 0 1'])
  })
})
