/** The thread that parses untrusted documents, so that a crash affects nothing else. */
import { parentPort } from 'node:worker_threads'
import { type ExtractedText, extractText } from './extract-text.ts'

export interface DocumentRequest {
  readonly path: string
  readonly name: string
}

export type DocumentReply = ExtractedText | { readonly code: string; readonly message: string }

const port = parentPort

async function answer({ path, name }: DocumentRequest): Promise<DocumentReply> {
  try {
    return await extractText(path, name)
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown }
    return { code: typeof code === 'string' ? code : 'bad-document', message: String(message) }
  }
}

port?.on('message', async (request: DocumentRequest) => port.postMessage(await answer(request)))
