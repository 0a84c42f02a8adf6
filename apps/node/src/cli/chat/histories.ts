/** Actions that transfer the history to another device, and to and from files. */
import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { ChatTransfer } from '@shoal/api'
import { UsageError } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { askSecret } from '../ask-secret.ts'
import { asUsage } from '../client/node-client.ts'
import { CommandFailure, fileFailure } from '../failure.ts'
import { refuseExisting, writeNamedFile } from '../named-file.ts'
import type { Output } from '../output.ts'
import { takeWords } from '../subcommand.ts'
import { drawQrCode } from '../terminal/qr-code.ts'
import { Redraw } from '../terminal/redraw.ts'
import { texts } from '../texts.ts'
import { type ChatAction, type ChatContext, hubOf } from './context.ts'

const say = texts.chat.histories
/** Only the user can read the file. */
const MODE = 0o600
/** Number of bytes that show whether a file is encrypted. */
const HEAD_BYTES = 64

export const code: ChatAction = async (context, words) => {
  takeWords(words)
  const { node, output } = context
  const { added } = await carry(context, async () => {
    const shown = await node.api.askForHistory({})
    if (output.json) return output.object(shown)
    if (output.terminal?.unicode) await drawQrCode(shown.code, output.terminal)
    output.line(shown.code)
    output.line(say.codeNote({ shoal: SHOAL }))
  })
  if (!output.json) output.line(say.arrived({ count: added }))
  return
}

export const give: ChatAction = async (context, words) => {
  const { node, output } = context
  const [shown] = takeWords(words, 'CODE')
  const { messages } = await carry(context, async () => {
    await asUsage(node.api.giveHistory({ code: shown!, ...hubOf(context) }))
  })
  if (!output.json) output.line(say.given({ count: messages }))
  return
}

/** Starts a transfer and shows its progress until it ends. Cancels it if the user stops. */
async function carry(
  { node: { api, events }, output, signal }: ChatContext,
  begin: () => Promise<void>,
): Promise<ChatTransfer> {
  const progress = new Progress(output)
  const ending = new AbortController()
  let isBegun = false
  try {
    for await (const event of events(['chat'], { signal: AbortSignal.any([signal, ending.signal]) })) {
      if (event.type === 'hello' && !isBegun) {
        await begin()
        isBegun = true
      } else if (event.type !== 'hello' && event.type !== 'resync' && event.type !== 'chat-transfer') continue
      const { transfer } = await api.getHistoryTransfer({})
      if (!transfer) throw new CommandFailure('cancelled', say.cancelled)
      const { state, messages, total, problem } = transfer
      if (state === 'running') progress.show(messages, total)
      if (state === 'cancelled') throw new CommandFailure('cancelled', say.cancelled)
      if (state === 'failed') throw Object.assign(new Error(problem!.message), { code: problem!.code })
      if (state !== 'done') continue
      if (output.json) output.object(transfer)
      return transfer
    }
    throw signal.reason
  } catch (error) {
    if (signal.aborted && isBegun) await api.cancelHistoryTransfer({})
    throw error
  } finally {
    ending.abort()
    progress.close()
  }
}

export const save: ChatAction = async ({ node: { api }, options, output, signal }, words) => {
  const [name] = takeWords(words, 'FILE')
  if (name === '-' && output.json) throw new UsageError(texts.create.bothStdout)
  if (name === '-' && options.replace) throw new UsageError(texts.create.replaceStdout)
  const { plain, passphraseFile, weakPassphrase, replace } = options
  if (plain && passphraseFile !== undefined) throw new UsageError(say.plainOrPassphrase)
  if (name !== '-') await refuseExisting(name!, { replace })
  const asking = { file: passphraseFile, option: '--passphrase-file', signal }
  const passphrase = plain
    ? null
    : await askSecret(say.newPassphrase, { ...asking, twice: true, allowWeak: weakPassphrase })
  const { writeHistory } = await import('@shoal/chat/history-files')
  const progress = new Progress(name === '-' ? { ...output, terminal: null } : output)
  let messages = 0
  try {
    const stream = await writeHistory(api, {
      ...{ passphrase, signal },
      onProgress: (count, total) => {
        messages = count
        progress.show(count, total)
      },
    })
    if (name === '-') {
      for await (const bytes of stream) output.bytes(bytes)
      return
    }
    await writeNamedFile(name!, stream, { replace, mode: MODE })
  } finally {
    progress.close()
  }
  const file = resolve(name!)
  if (output.json) output.object({ file, messages, encrypted: !plain })
  else output.line((plain ? say.savedPlain : say.saved)({ file, count: messages }))
  return
}

export const load: ChatAction = async ({ node: { api }, options, output, signal }, words) => {
  const [name] = takeWords(words, 'FILE')
  const { isSealedHistory, readHistory } = await import('@shoal/chat/history-files')
  const path = resolve(name!)
  const { head, whole } = await beginningOf(name === '-' ? process.stdin : createReadStream(path), path)
  const passphrase = isSealedHistory(head)
    ? await askSecret(texts.ask.filePassphrase({ file: name! }), {
        ...{ file: options.passphraseFile, option: '--passphrase-file', signal },
      })
    : null
  const progress = new Progress(output)
  try {
    const read = readHistory(api, whole, {
      ...{ passphrase, signal },
      onProgress: (count, total) => progress.show(count, total),
    })
    const answer = await asUsage(read)
    if (output.json) output.object(answer)
    else output.line(say.loaded({ count: answer.added }))
  } finally {
    progress.close()
  }
  return
}

/** Reads the first bytes of a file, which stay in the stream. */
async function beginningOf(
  source: Readable,
  path: string,
): Promise<{ readonly head: Uint8Array; readonly whole: ReadableStream<Uint8Array> }> {
  const parts = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  const first: Uint8Array[] = []
  const next = () =>
    parts.next().catch((error: unknown) => {
      throw fileFailure(error, path)
    })
  while (Buffer.concat(first).length < HEAD_BYTES) {
    const { done, value } = await next()
    if (done) break
    first.push(value)
  }
  const head = new Uint8Array(Buffer.concat(first))
  async function* rest() {
    yield head
    for (let { done, value } = await next(); !done; { done, value } = await next()) yield value
  }
  return { head, whole: Readable.toWeb(Readable.from(rest())) as ReadableStream<Uint8Array> }
}

/** A terminal line that shows the number of messages so far. */
class Progress {
  readonly #terminal: Output['terminal']
  #redraw: Redraw | null = null

  constructor({ terminal }: Pick<Output, 'terminal'>) {
    this.#terminal = terminal
  }

  show(messages: number, total: number | null): void {
    if (!this.#terminal) return
    this.#redraw ??= new Redraw(this.#terminal)
    this.#redraw.draw([
      total === null ? say.progress({ count: messages }) : say.progressOf({ messages, total }),
    ])
  }

  close(): void {
    this.#redraw?.close()
  }
}
