import { Failure } from '@shoal/daemon/failure'
import { writeMetainfo } from '@shoal/torrent'
import { mediaType } from '../../../base/files/media-type.ts'
import type { NodeFiles } from '../../kernel/contract.ts'
import type { TorrentRegistry } from '../records/torrent-registry.ts'

/** The bytes of torrents. */
export function torrentFiles(registry: TorrentRegistry): Pick<NodeFiles, 'open' | 'metainfo'> {
  return {
    async open(id, path) {
      const torrent = registry.getWithFiles(id)
      const { files } = torrent.api
      const file = /^#\d+$/.test(path)
        ? files[Number(path.slice(1))]
        : files.find(each => each.storedPath.join('/') === path)
      if (!file)
        throw new Failure('not-found', `${torrent.api.name} has no file ${path.slice(0, 200)}`, {
          field: 'path',
        })
      return {
        name: file.storedPath.at(-1)!,
        lengthBytes: file.lengthBytes,
        mediaType: mediaType(file.storedPath.join('/')),
        // The content of an info hash never changes.
        etag: `"${torrent.id}.${file.index}"`,
        read: options => file.stream(options),
      }
    },
    async metainfo(id) {
      const { api } = registry.getWithFiles(id)
      return {
        name: api.name,
        bytes: writeMetainfo({ ...api.metainfo!, trackers: api.trackers, webSeeds: api.webSeeds }),
      }
    },
  }
}
