import { ShoalError } from '../base/errors.ts'
import type { SourceFile } from '../metainfo/info-builder.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { ByteSource } from './hash-pool.ts'

/**
 * A file for a new torrent, with its content given by exactly one of `diskPath` and `read`, the
 * same one for all files.
 */
export interface CreateSource extends SourceFile {
  readonly diskPath?: string
  /** Fills `into` from `offset` in the file. */
  readonly read?: (offset: number, into: Uint8Array) => Promise<void>
}

/**
 * A file the user gave to a page. If it changes, browsers refuse to read it and creating the
 * torrent fails.
 */
export function blobSource(path: readonly string[], blob: Blob): CreateSource {
  const changed = (cause?: unknown) =>
    new ShoalError('io', `${path.join('/')} can no longer be read. Choose it again.`, { cause })
  const read = async (offset: number, into: Uint8Array) => {
    const bytes = await blob
      .slice(offset, offset + into.length)
      .arrayBuffer()
      .catch(error => {
        throw changed(error)
      })
    if (bytes.byteLength !== into.length) throw changed()
    into.set(new Uint8Array(bytes))
  }
  return { path, lengthBytes: blob.size, read }
}

/** The piece space of a new torrent, read from its files. */
export function fileListSource(
  sources: readonly CreateSource[],
  layout: PieceLayout,
  singleFile: boolean,
): ByteSource {
  const byPath = new Map(sources.map(source => [source.path.join('/'), source]))
  const places = layout.files.map(({ path, pad }) =>
    pad ? null : byPath.get((singleFile ? path : path.slice(1)).join('/'))!,
  )
  const onDisk = sources.every(({ diskPath }) => diskPath !== undefined)
  if (!onDisk && sources.some(({ read, symlink }) => !read && !symlink))
    throw new ShoalError('bad-argument', 'Give every file a diskPath, or every file a read function')

  return {
    segments(offset, length) {
      if (!onDisk) return null
      return layout.spans(offset, length).map(span => ({
        path: places[span.file]?.diskPath ?? null,
        offset: span.fileOffset,
        length: span.length,
      }))
    },
    async read(offset, into) {
      let at = 0
      for (const span of layout.spans(offset, into.length)) {
        const part = into.subarray(at, at + span.length)
        const place = places[span.file]
        if (place) await place.read!(span.fileOffset, part)
        else part.fill(0)
        at += span.length
      }
    },
  }
}
