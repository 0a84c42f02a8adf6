import { Failure } from '../../../base/failure.ts'
import type { NodeFiles } from '../../kernel/contract.ts'
import { mediaType } from '../../torrents/media-type.ts'
import type { ModelNode } from './model-node.ts'
import { uploadView } from './model-torrent.ts'

const CHUNK_BYTES = 16_384

export function modelFiles(node: ModelNode): NodeFiles {
  return {
    async open(id, path) {
      const { files } = node.torrent(id)
      const index = /^#(\d+)$/.exec(path)?.[1]
      const file = index === undefined ? files.find(each => each.path === path) : files[Number(index)]
      if (!file) throw new Failure('not-found', 'there is no such file', { field: 'path' })
      return {
        name: file.path.split('/').at(-1)!,
        lengthBytes: file.bytes.length,
        mediaType: mediaType(file.path),
        etag: `${id}-${files.indexOf(file)}`,
        read: ({ start, end, signal }) => chunks(file.bytes.subarray(start, end), signal),
      }
    },
    async metainfo(id) {
      const { detail, files } = node.torrent(id)
      if (files.length === 0) throw new Failure('no-metadata', 'the metadata is not known yet')
      return {
        name: detail.name,
        bytes: new TextEncoder().encode(`d4:name${detail.name.length}:${detail.name}e`),
      }
    },
    async receive(id, path, body, { signal }) {
      const upload = node.found(node.uploads, id, 'upload')
      if (path.split('/').some(part => part === '' || part === '.' || part === '..'))
        throw new Failure('unsafe-path', 'this path leads elsewhere', { field: 'path' })
      let lengthBytes = 0
      for await (const chunk of body) {
        signal.throwIfAborted()
        lengthBytes += chunk.length
      }
      upload.files = [...upload.files.filter(file => file.path !== path), { path, lengthBytes }]
      return uploadView(upload)
    },
  }
}

async function* chunks(bytes: Uint8Array, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    signal.throwIfAborted()
    yield bytes.subarray(at, at + CHUNK_BYTES)
  }
}
