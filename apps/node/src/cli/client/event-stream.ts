/** Server-sent events (HTML Standard, section 9.2) of a node. */
import { NodeEvent } from '@shoal/api'
import { Failure } from '../../base/failure.ts'

/** The longest event is the first list of a large node; what is longer is none of ours. */
const MOST_CHARACTERS = 64_000_000

/** The events of a stream; those of kinds that are not known are left out. Throws `bad-answer` for what is not a stream of events. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<NodeEvent> {
  for await (const data of readData(body)) {
    const event = NodeEvent.safeParse(parsed(data))
    if (event.success) yield event.data
  }
}

async function* readData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let data: string[] = []
  let length = 0
  for await (const line of readLines(body)) {
    if (line === '') {
      if (data.length > 0) yield data.join('\n')
      data = []
      length = 0
    } else if (line.startsWith('data:')) {
      length += line.length
      if (length > MOST_CHARACTERS) throw tooLong()
      data.push(line.slice(line[5] === ' ' ? 6 : 5))
    }
  }
}

async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  // Parts of a line that is not yet whole: joined once, however many they are.
  let parts: string[] = []
  let length = 0
  for await (const chunk of body) {
    const [first = '', ...more] = decoder.decode(chunk, { stream: true }).split('\n')
    parts.push(first)
    length += first.length
    if (length > MOST_CHARACTERS) throw tooLong()
    for (const next of more) {
      yield parts.join('').replace(/\r$/, '')
      parts = [next]
      length = next.length
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Failure('bad-answer', 'what comes is not a stream of a node’s events')
  }
}

function tooLong(): Failure {
  return new Failure('bad-answer', 'an event of the node is longer than any can be')
}
