/** Server-sent events (HTML Standard, section 9.2) of a node. */
import { NodeEvent } from '@shoal/api'
import { CommandFailure } from '../failure.ts'
import { texts } from '../texts.ts'

/** Maximum length of an event. The longest is the first list of a large node. */
const MOST_CHARACTERS = 64_000_000

/**
 * Reads the events of a stream, skipping unknown kinds. Throws `bad-answer` if it is not an event
 * stream.
 */
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
  // Parts of an incomplete line, joined only once.
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
    throw new CommandFailure('bad-answer', texts.connection.notEvents)
  }
}

function tooLong(): CommandFailure {
  return new CommandFailure('bad-answer', texts.connection.longEvent)
}
