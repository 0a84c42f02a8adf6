/**
 * The history of chats as a file, written and read by terminals and pages: lines of JSON in an age
 * file under a passphrase, or plain on request. Processed in parts, so that memory use stays low.
 */
import type { CallOptions, NodeApi } from '@shoal/api'
import { openStream, sealStream } from '@shoal/sealed'
import { ChatError } from '../chat-error.ts'

export type HistoryApi = Pick<NodeApi, 'exportHistory' | 'importHistory'>

export interface HistoryFileOptions extends CallOptions {
  /** Null for plain lines. */
  readonly passphrase: string | null
  /** See `SealTo`. */
  readonly workFactor?: number
  /** `messages`: number written or read so far. `total`: of all; null if unknown. */
  onProgress?(messages: number, total: number | null): void
}

/** Longest line, in characters. */
const MAX_LINE = 200_000
/** Lines are passed on in parts of slightly more than this many characters. */
const PART_CHARS = 1 << 20
const MAGIC = 'age-encryption.org/v1'
const MESSAGE = '{"type":"message"'
const CONVERSATION = '{"type":"conversation"'

/** Returns whether a file that starts with these bytes needs a passphrase. */
export function isSealedHistory(beginning: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(beginning.subarray(0, MAGIC.length)) === MAGIC
}

/**
 * Writes all messages to a stream. It fails if the history cannot be read to its end, or the signal
 * is aborted.
 */
export async function writeHistory(
  api: HistoryApi,
  { passphrase, workFactor, signal, onProgress }: HistoryFileOptions,
): Promise<ReadableStream<Uint8Array>> {
  let after: string | null | undefined
  let messages = 0
  const lines = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        signal?.throwIfAborted()
        const part = await api.exportHistory({ ...(after && { after }) }, { ...(signal && { signal }) })
        messages += part.lines.split('\n').filter(line => line.startsWith(MESSAGE)).length
        onProgress?.(messages, Math.max(messages, part.next === null ? 0 : part.total))
        if (part.lines !== '') controller.enqueue(new TextEncoder().encode(part.lines))
        after = part.next
        if (after === null) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return passphrase === null ? lines : sealStream(lines, passphrase, workFactor)
}

/**
 * Adds the messages of a file. Rejects with `bad-argument`, `bad-credential` and `bad-message`, and
 * with those of `openStream`. Messages before an error have been added.
 */
export async function readHistory(
  api: HistoryApi,
  file: ReadableStream<Uint8Array>,
  { passphrase, signal, onProgress }: HistoryFileOptions,
): Promise<{ readonly messages: number; readonly added: number }> {
  const plain = passphrase === null ? file : await openStream(file, passphrase)
  let [messages, added] = [0, 0]
  for await (const part of partsOf(plain, signal)) {
    const answer = await api.importHistory({ lines: part.join('\n') }, { ...(signal && { signal }) })
    added += answer.added
    messages += part.filter(line => line.startsWith(MESSAGE)).length
    onProgress?.(messages, null)
  }
  return { messages, added }
}

/** Parts start with a conversation, and are self-contained. */
async function* partsOf(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly string[]> {
  let part: string[] = []
  let chars = 0
  for await (const line of linesOf(stream, signal)) {
    if (chars > PART_CHARS && line.startsWith(CONVERSATION)) {
      yield part
      part = []
      chars = 0
    }
    part.push(line)
    chars += line.length
    if (chars > 4 * PART_CHARS) throw notHistory()
  }
  if (part.length > 0) yield part
}

async function* linesOf(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  let rest = ''
  try {
    for (;;) {
      signal?.throwIfAborted()
      const { done, value } = await reader.read()
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n')
      rest = done ? '' : lines.pop()!
      for (const line of lines) if (line.trim() !== '') yield line
      if (rest.length > MAX_LINE) throw notHistory()
      if (done) return
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function notHistory(): ChatError {
  return new ChatError('bad-argument', 'This is not a history of chats, or it is damaged.', {
    field: 'lines',
  })
}
